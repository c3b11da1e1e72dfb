"""The token, where a server repeats it, is not shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from appbuilder_assistants.errors import ApiStatusError, AssistantsError

SHORTEST = 16
"""Characters: a shorter token is one that somebody made up, and could be part of any word."""

HIDDEN = "***"


class Redactor(Protocol):
    """Gives texts and bytes back without what must not be shown."""

    def text(self, text: str) -> str: ...

    def data(self, data: bytes) -> bytes: ...


class HidesNothing:
    """For answers to requests that carried no token."""

    def text(self, text: str) -> str:
        return text

    def data(self, data: bytes) -> bytes:
        return data


class TokenRedactor:
    """Hides a token in every spelling: as it is, and as JSON, a URL or HTML may escape it."""

    def __init__(self, reveal: Callable[[], str]) -> None:
        """`reveal` gives the value of the header that carries the token."""
        self._reveal = reveal

    def text(self, text: str) -> str:
        return _pattern(self._reveal()).sub(HIDDEN, text)

    def data(self, data: bytes) -> bytes:
        return _bytes_pattern(self._reveal()).sub(HIDDEN.encode(), data)


@lru_cache(maxsize=8)
def _pattern(authorization: str) -> re.Pattern[str]:
    """What finds the token in all its spellings; nothing, if it is too short."""
    token = authorization.rpartition(" ")[2]
    return re.compile("".join(map(_spellings, token)) if len(token) >= SHORTEST else r"(?!)")


@lru_cache(maxsize=8)
def _bytes_pattern(authorization: str) -> re.Pattern[bytes]:
    return re.compile(_pattern(authorization).pattern.encode())


def _spellings(char: str) -> str:
    code = f"{ord(char):02x}"
    either = "".join(f"[{digit}{digit.upper()}]" for digit in code)
    # Each begins with a character of its own, by which `re` finds them fast; and no spelling has
    # more than a few backslashes, or a body of nothing else would take for ever.
    return (
        rf"(?:{re.escape(char)}|\\\\{{0,7}}{re.escape(char)}|\\\\{{0,7}}u00{either}"
        rf"|%(?:25){{0,3}}{either}|&#(?:[xX]0{{0,6}}{either}|0{{0,6}}{ord(char)});)"
    )


def redact(error: BaseException | None, hide: Redactor) -> None:
    """Hide the token in the texts of an error of ours, and of ours that are behind it."""
    while isinstance(error, AssistantsError):
        error.message = hide.text(error.message)
        error.args = tuple(hide.text(arg) if isinstance(arg, str) else arg for arg in error.args)
        error.request_id = error.request_id and hide.text(error.request_id)
        error.attempts = tuple(
            replace(attempt, error=hide.text(attempt.error)) for attempt in error.attempts
        )
        if isinstance(error, ApiStatusError):
            error.code = error.code and hide.text(error.code)
            error.param = error.param and hide.text(error.param)
        error = error.__cause__
