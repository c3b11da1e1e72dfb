"""The parts of a token that are redacted, and the rest, which is kept."""

from __future__ import annotations

import time

import pytest
from appbuilder_assistants._core.limits import MAX_BODY
from appbuilder_assistants._core.redaction import TokenRedactor

TOKEN = "bce-v3/ALTAK-" + "秘密".encode().hex()
REDACTOR = TokenRedactor(lambda: f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    "spelling",
    [
        TOKEN,
        TOKEN.replace("/", r"\/"),
        TOKEN.replace("/", r"\\\/"),
        TOKEN.replace("/", r"\u002F"),
        "".join(rf"\u{ord(char):04x}" for char in TOKEN),
        TOKEN.replace("/", "%2f"),
        TOKEN.replace("/", "%252F"),
        TOKEN.replace("/", "&#47;"),
        TOKEN.replace("/", "&#x2F;"),
    ],
)
def test_every_spelling(spelling: str) -> None:
    """It is hidden, and only that."""
    assert REDACTOR.redact(f"令牌 {spelling}，{spelling}。") == "令牌 ***，***。"


@pytest.mark.parametrize("spelled", [TOKEN, "".join(rf"\\\\u{ord(char):04x}" for char in TOKEN)])
def test_the_beginning_of_a_text(spelled: str) -> None:
    """It holds no part of a token, wherever it is cut."""
    text = f"令牌 {spelled}，" * 9 + "密" * 9_000

    for longest in range(200):
        shown = REDACTOR.redact(text, longest)
        assert len(shown) <= longest
        assert ("令牌 ***，" * 9).startswith(shown[:60])
        assert not set(shown) - set("令牌 ***，密")

    assert REDACTOR.redact("密" * 9_000, 8_500) == "密" * 8_500
    assert REDACTOR.redact(text, 60) == ("令牌 ***，" * 9)[:60]


@pytest.mark.parametrize("text", ["", "令牌", TOKEN[:-1], TOKEN.replace("/", " "), "\\" * 99])
def test_what_is_no_token(text: str) -> None:
    """It stays as it is."""
    assert REDACTOR.redact(text) == text


def test_a_short_token() -> None:
    """One that could be part of any word is not looked for."""
    assert TokenRedactor(lambda: "Bearer run").redact("the run") == "the run"


def test_long_texts() -> None:
    """Of what is as long as an answer can be, no more is looked through than is shown."""
    texts = [
        start * (MAX_BODY // len(start))
        for start in ("x", r"\b", "\\" * 8 + "b", "%25", "&#0", TOKEN[:-1])
    ]
    begun = time.monotonic()
    for text in texts:
        REDACTOR.redact(text)

    assert time.monotonic() - begun < 5
