"""Checks of single values, and the error that all of them raise."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

Path = tuple[str | int, ...]
T = TypeVar("T")

LONGEST_WAIT = 86400  # seconds; a day
HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")


class ScenarioError(ValueError):
    """A scenario that is not valid.

    `path` leads to the value at fault, such as `("rules", 0, "match", "nth")`. `source`, `line` and
    `column` (both from 1) are None for a scenario built in Python.
    """

    def __init__(
        self,
        reason: str,
        path: Path = (),
        *,
        source: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.source = source
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = [part for part in (self.source, self.line, self.column) if part is not None]
        lead = ":".join(map(str, place))
        return ": ".join(part for part in (lead, dotted(self.path), self.reason) if part)


def dotted(path: Path) -> str:
    """`("rules", 0, "match")` as `rules[0].match`."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def described(value: object) -> str:
    """A value in words, short whatever its size."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        # The digits of a huge number are of no use, and Python refuses to write them.
        return f"the number {value}" if abs(value) < 1e15 else "a number too large or not finite"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"


def quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """The refusal of a name, with the nearest known one."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    guess = f"did you mean {quoted(near[0])}? " if near else ""
    return f"unknown {kind} {quoted(name)}; {guess}Known: {', '.join(known)}"


def text(value: Any, *path: str | int, empty: bool = True) -> str:
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, (bool, int, float)) else ""
        raise ScenarioError(f"expected text, got {described(value)}{hint}", path)
    if not (value or empty):
        raise ScenarioError("expected text, got empty text", path)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ScenarioError(
            f"character {error.start + 1} is half a surrogate pair, which UTF-8 cannot carry", path
        ) from None
    return value


def header(value: Any, *path: str | int) -> str:
    """Text that can stand in an HTTP header."""
    if not HEADER_VALUE.fullmatch(text(value, *path)):
        raise ScenarioError(
            f"expected printable ASCII without spaces around it, got {described(value)}", path
        )
    return str(value)


def integer(
    value: Any, *path: str | int, least: int | None = None, kind: str = "a whole number"
) -> int:
    """A whole number. `2.0` is one, as in JSON Schema; true is none."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    wrong = isinstance(number, bool) or not isinstance(number, int)
    if wrong or (least is not None and number < least):
        limit = "" if least is None else f", {least} or more"
        raise ScenarioError(f"expected {kind}{limit}, got {described(value)}", path)
    return int(number)


def seconds(value: Any, *path: str | int) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_WAIT:
        raise ScenarioError(
            f"expected seconds, from 0 to {LONGEST_WAIT}, got {described(value)}", path
        )
    return float(value)


def share(value: Any, *path: str | int) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value <= 1:
        raise ScenarioError(
            f"expected a probability above 0 and up to 1, got {described(value)}", path
        )
    return float(value)


def true(value: Any, name: str, otherwise: str) -> bool:
    """Accept `true` only: a flag that is not set is left out."""
    if value not in (None, True):
        reason = f"expected true, got {described(value)}; leave it out for a run that {otherwise}"
        raise ScenarioError(reason, (name,))
    return value is not None


def one_of(value: Any, known: Collection[str], *path: str | int) -> str:
    if text(value, *path) not in known:
        raise ScenarioError(unknown("value", value, known), path)
    return str(value)


def instance(value: Any, kind: type[T], *path: str | int) -> T:
    """For what is built in Python: a file's parts have been built by the time this looks."""
    if not isinstance(value, kind):
        raise ScenarioError(f"expected a {kind.__name__}, got {described(value)}", path)
    return value


def items(value: Any, *path: str | int, least: int = 0) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise ScenarioError(f"expected a list, got {described(value)}", path)
    if len(value) < least:
        raise ScenarioError("expected at least one item, got an empty list", path)
    return value


def settle(target: object, **values: object) -> None:
    """Set fields of a frozen dataclass while it is being made."""
    for name, value in values.items():
        object.__setattr__(target, name, value)
