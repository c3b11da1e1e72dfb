"""The parts of a token that are redacted, and the rest, which is kept."""

from __future__ import annotations

import pytest
from appbuilder_assistants._core.redaction import Secret

TOKEN = "bce-v3/ALTAK-" + "秘密".encode().hex()
SECRET = Secret(f"Bearer {TOKEN}")


def test_a_token_in_a_text() -> None:
    """It is hidden, and only that."""
    assert SECRET.redact(f"令牌 {TOKEN}，{TOKEN}。") == "令牌 ***，***。"


def test_the_beginning_of_a_text() -> None:
    """It holds no part of a token, wherever it is cut."""
    text = f"令牌 {TOKEN}，" * 9 + "密" * 9_000

    for longest in range(200):
        assert SECRET.redact(text, longest) == ("令牌 ***，" * 9 + "密" * 200)[:longest]

    assert SECRET.redact("密" * 9_000, 8_500) == "密" * 8_500


@pytest.mark.parametrize("text", ["", "令牌", TOKEN[:-1], TOKEN.replace("/", " "), "\\" * 99])
def test_texts_that_are_no_token(text: str) -> None:
    """It stays as it is."""
    assert SECRET.redact(text) == text


def test_a_short_token() -> None:
    """One that could be part of any word is not looked for."""
    assert Secret("Bearer run").redact("the run") == "the run"
