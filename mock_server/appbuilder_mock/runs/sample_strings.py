"""A text that satisfies a JSON Schema of type string: its format, lengths and simple patterns."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 10_000  # characters; a caller's schema may ask for any number

FORMATS = {
    "date": "2024-06-06",
    "date-time": "2024-06-06T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
MARKS = {"n": "\n", "t": "\t", "r": "\r"}


def text_for(schema: dict[str, Any]) -> str:
    """A text of the format, pattern and length asked for; formats outrank patterns."""
    if isinstance(schema.get("format"), str) and schema["format"] in FORMATS:
        return FORMATS[schema["format"]]
    if isinstance(schema.get("pattern"), str):
        return _matching(schema["pattern"], _length(schema.get("minLength"), 0))
    least, most = _length(schema.get("minLength"), 0), _length(schema.get("maxLength"), LONGEST)
    return ("sample" * (least // 6 + 1))[: max(least, min(6, most))]


def _length(value: Any, absent: int) -> int:
    return min(int(value), LONGEST) if isinstance(value, (int, float)) else absent


def _matching(pattern: str, least: int) -> str:
    """A text that matches, for patterns of literals, classes, groups, choices and repeats."""
    for repeats in (1, 2, 4, 8, least or 1):
        try:
            made = _Pattern(pattern, repeats).choice()
        except (IndexError, ValueError, RecursionError):
            return "sample"
        if len(made) >= least:
            break
    return made


class _Pattern:
    """Reads a pattern once from left to right and writes the shortest text it can mean."""

    def __init__(self, pattern: str, repeats: int) -> None:
        self._rest = pattern
        self._repeats = repeats  # how often an open-ended part is written

    def _take(self) -> str:
        mark, self._rest = self._rest[0], self._rest[1:]
        return mark

    def choice(self) -> str:
        """The first of the alternatives; the others are read over."""
        first = self._sequence()
        while self._rest.startswith("|"):
            self._take()
            self._sequence()
        return first

    def _sequence(self) -> str:
        made = ""
        while self._rest and self._rest[0] not in "|)":
            part = self._part()
            count = self._count()
            if len(made) + len(part) * count > LONGEST:
                raise ValueError("too long")
            made += part * count
        return made

    def _part(self) -> str:
        mark = self._take()
        if mark in "^$":
            return ""
        if mark == "(":
            return self._group()
        if mark == "[":
            return self._set()
        if mark == "\\":
            return self._escaped()
        return "a" if mark == "." else mark

    def _group(self) -> str:
        head = re.match(r"\?(?::|=|!|<=|<!|P?<\w+>)", self._rest)
        if head:
            self._rest = self._rest[head.end() :]
        made = self.choice()
        self._take()  # the closing bracket
        # A look-ahead adds nothing; the validator decides if it holds.
        return "" if head and head[0] in ("?=", "?!", "?<=", "?<!") else made

    def _set(self) -> str:
        """One character of a class such as `[a-z_]` or `[^0-9]`."""
        negated = self._rest.startswith("^")
        if negated:
            self._take()
        members = ""
        while not self._rest.startswith("]"):
            mark = self._take()
            members += self._escaped() if mark == "\\" else mark
        self._take()
        if not negated:
            return members[0]
        ranges = re.findall(r"(.)-(.)", members)
        for candidate in "a0 -_中A":
            inside = any(low <= candidate <= high for low, high in ranges)
            if candidate not in members and not inside:
                return candidate
        raise ValueError("no character remains")

    def _escaped(self) -> str:
        mark = self._take()
        if mark in "bB":
            return ""
        if mark in "ux":
            digits = 4 if mark == "u" else 2
            code, self._rest = self._rest[:digits], self._rest[digits:]
            return chr(int(code, 16))
        return CLASSES.get(mark, MARKS.get(mark, mark))

    def _count(self) -> int:
        """The number of times that the part just read is written."""
        found = re.match(r"([*+?]|\{(\d+)(,?)(\d*)\})[?+]?", self._rest)
        if not found:
            return 1
        self._rest = self._rest[found.end() :]
        sign, low, comma, high = found.groups()
        if sign == "?":
            return 1
        if low is None:
            return self._repeats
        return max(int(low), min(self._repeats, int(high or self._repeats)) if comma else 0)
