"""The token in a Secret, and errors without it."""

from __future__ import annotations

from typing import TypeVar

from appbuilder_assistants.errors import ApiStatusError, AssistantsError

E = TypeVar("E", bound=BaseException)

SHORTEST = 16
"""Characters: a shorter token is invented for tests, and could be part of any word."""

LONGEST = 8_000
"""Characters of a text that are quoted, unless fewer are asked for."""

HIDDEN = "***"


class Secret:
    """A text that is in no representation, no pickle and no traceback with variables.

    That of a header with the token, or the token itself, which is the last word of either.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def redact(self, text: str, longest: int = LONGEST) -> str:
        """The first `longest` characters of a text without the token, which a server may repeat."""
        token = self._text.rpartition(" ")[2]
        if len(token) >= SHORTEST:
            text = text.replace(token, HIDDEN)
        return text[:longest]

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    # A copy shows no more than the original; a pickle would.
    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> str:
        raise TypeError("a token is not pickled: make another client where it is needed")


NO_SECRET = Secret("")


def strip_context(error: E) -> E:
    """The error without its causes and without frames: their variables are not redacted."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def redact_error(error: BaseException | None, redactor: Secret) -> None:
    """Redact the token in the texts of an error of this package, and of such causes of it."""
    while isinstance(error, AssistantsError):
        error.message = redactor.redact(error.message)
        error.args = tuple(
            redactor.redact(arg) if isinstance(arg, str) else arg for arg in error.args
        )
        error.request_id = error.request_id and redactor.redact(error.request_id)
        error.attempts = tuple(
            attempt._replace(error=redactor.redact(attempt.error)) for attempt in error.attempts
        )
        if isinstance(error, ApiStatusError):
            error.code = error.code and redactor.redact(error.code)
            error.param = error.param and redactor.redact(error.param)
        error = error.__cause__
