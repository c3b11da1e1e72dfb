"""What is hidden of a token, and what is left as it is."""

from __future__ import annotations

import time

import pytest
from appbuilder_assistants._core.redaction import TokenRedactor

TOKEN = "bce-v3/ALTAK-" + "秘密".encode().hex()
HIDE = TokenRedactor(lambda: f"Bearer {TOKEN}")


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
    """As text and as bytes, and only that."""
    assert HIDE.text(f"令牌 {spelling}，{spelling}。") == "令牌 ***，***。"
    assert HIDE.data(f"令牌 {spelling}".encode()) == "令牌 ***".encode()


@pytest.mark.parametrize("text", ["", "令牌", TOKEN[:-1], TOKEN.replace("/", " "), "\\" * 99])
def test_what_is_no_token(text: str) -> None:
    """It stays as it is."""
    assert HIDE.text(text) == text


def test_a_short_token() -> None:
    """One that could be part of any word is not looked for."""
    assert TokenRedactor(lambda: "Bearer run").text("the run") == "the run"


def test_long_texts() -> None:
    """Neither a megabyte nor one of what a spelling begins with takes long."""
    begun = time.monotonic()
    for text in ("x", "\\", "%25", "&#0", TOKEN[:-1]):
        HIDE.data(text.encode() * (1024 * 1024 // len(text)))

    assert time.monotonic() - begun < 20
