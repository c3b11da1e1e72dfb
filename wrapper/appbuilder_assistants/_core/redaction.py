"""The token, where a server repeats it, is not shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Protocol, TypeVar

from appbuilder_assistants.errors import ApiStatusError, AssistantsError

E = TypeVar("E", bound=BaseException)

SHORTEST = 16
"""Characters: a shorter token is one that somebody made up, and could be part of any word."""

LONGEST = 8_000
"""Characters of a text that are shown unless less is asked for: no more are looked through."""

HIDDEN = "***"


class Redactor(Protocol):
    """Gives the first `longest` characters of a text, without what must not be shown."""

    def redact(self, text: str, longest: int = LONGEST) -> str: ...


class NullRedactor:
    """For answers to requests that carried no token."""

    def redact(self, text: str, longest: int = LONGEST) -> str:
        return text[:longest]


class TokenRedactor:
    """Hides a token in every spelling: as it is, and as JSON, a URL or HTML may escape it.

    In time that depends on what is shown, not on how long the text is.
    """

    def __init__(self, reveal: Callable[[], str]) -> None:
        """`reveal` gives the value of the header that carries the token."""
        self._reveal = reveal

    def redact(self, text: str, longest: int = LONGEST) -> str:
        pattern = _pattern(self._reveal())
        reach = LONGEST_SPELLING * len(self._reveal())
        shown, at = "", 0
        while (left := longest - len(shown)) > 0:
            # A token that begins in what is shown ends within its reach.
            found = pattern.search(text, at, at + left + reach)
            if found is None:
                shown += text[at : at + left]
                break
            shown += text[at : found.start()] + HIDDEN
            at = found.end()
        return shown[:longest]


@lru_cache(maxsize=8)
def _pattern(authorization: str) -> re.Pattern[str]:
    """What finds the token in all its spellings; nothing, if it is too short."""
    token = authorization.rpartition(" ")[2]
    return re.compile("".join(map(_spellings, token)) if len(token) >= SHORTEST else r"(?!)")


LONGEST_SPELLING = 13
"""Characters of the longest spelling of one: eight backslashes and `u0041`."""


def _spellings(char: str) -> str:
    code = f"{ord(char):02x}"
    either = "".join(f"[{digit}{digit.upper()}]" for digit in code)
    # Each begins with a character of its own, by which `re` finds them fast.
    return (
        rf"(?:{re.escape(char)}|\\\\{{0,7}}{re.escape(char)}|\\\\{{0,7}}u00{either}"
        rf"|%(?:25){{0,3}}{either}|&#(?:[xX]0{{0,6}}{either}|0{{0,6}}{ord(char)});)"
    )


def strip_context(error: E) -> E:
    """The error without those behind it and without frames: their variables hide nothing."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def redact(error: BaseException | None, redactor: Redactor) -> None:
    """Hide the token in the texts of an error of ours, and of ours that are behind it."""
    while isinstance(error, AssistantsError):
        error.message = redactor.redact(error.message)
        error.args = tuple(
            redactor.redact(arg) if isinstance(arg, str) else arg for arg in error.args
        )
        error.request_id = error.request_id and redactor.redact(error.request_id)
        error.attempts = tuple(
            replace(attempt, error=redactor.redact(attempt.error)) for attempt in error.attempts
        )
        if isinstance(error, ApiStatusError):
            error.code = error.code and redactor.redact(error.code)
            error.param = error.param and redactor.redact(error.param)
        error = error.__cause__
