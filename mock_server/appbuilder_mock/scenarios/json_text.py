"""JSON to nodes: the json module reports no places, and YAML readers read a slightly other JSON."""

from __future__ import annotations

import json
import math
import re

from appbuilder_mock.scenarios.checks import quoted
from appbuilder_mock.scenarios.nodes import (
    LONGEST_NUMBER,
    Builder,
    Entries,
    Node,
    Unreadable,
    Value,
    add_entry,
)

BLANK = re.compile(r"[ \t\r\n]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORD = re.compile(r"[\w.+-]+")
CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
STRINGS = json.JSONDecoder()


def read_json(text: str) -> Node:
    """The one value in the text. Raises Unreadable."""
    reader = _JsonReader(text)
    node, end = reader.value(reader.blank(0), 0)
    end = reader.blank(end)
    if end < len(text):
        raise reader.wrong("the end of the text", end)
    return node


class _JsonReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._build = Builder()

    def blank(self, at: int) -> int:
        """The index behind white space."""
        found = BLANK.match(self._text, at)
        assert found is not None
        return found.end()

    def wrong(self, expected: str, at: int) -> Unreadable:
        got = f"got {self._text[at]!r}" if at < len(self._text) else "but the text ends"
        return Unreadable(f"not valid JSON: expected {expected}, {got}", at)

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """The value that begins here, and the index behind it."""
        first = self._text[at : at + 1]
        if first == "{":
            return self._object(at, self._build.enter(depth, at))
        if first == "[":
            return self._list(at, self._build.enter(depth, at))
        value, end = self._string(at) if first == '"' else self._scalar(at)
        return self._build.node(at, value), end

    def _object(self, start: int, depth: int) -> tuple[Node, int]:
        entries: Entries = {}
        at = self.blank(start + 1)
        more = self._text[at : at + 1] != "}"
        while more:
            if self._text[at : at + 1] != '"':
                raise self.wrong("a key in double quotes (what begins with { is JSON)", at)
            key, end = self._string(at)
            colon = self.blank(end)
            if self._text[colon : colon + 1] != ":":
                raise self.wrong(f"a colon after the key {quoted(key)}", colon)
            node, end = self.value(self.blank(colon + 1), depth)
            add_entry(entries, key, at, node, self._text)
            at, more = self._next("}", end)
        return self._build.node(start, entries), at + 1

    def _list(self, start: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        at = self.blank(start + 1)
        more = self._text[at : at + 1] != "]"
        while more:
            node, end = self.value(at, depth)
            items.append(node)
            at, more = self._next("]", end)
        return self._build.node(start, items), at + 1

    def _next(self, closing: str, end: int) -> tuple[int, bool]:
        """The index of the next item, or of the closing bracket; and whether there is an item."""
        at = self.blank(end)
        if self._text[at : at + 1] == closing:
            return at, False
        if self._text[at : at + 1] != ",":
            raise self.wrong(f"a comma or {closing}", at)
        following = self.blank(at + 1)
        if self._text[following : following + 1] == closing:
            raise Unreadable(f"not valid JSON: a comma before {closing}; remove it", at)
        return following, True

    def _string(self, at: int) -> tuple[str, int]:
        try:
            string, end = STRINGS.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            end = min(error.pos, len(self._text))
            raise Unreadable(f"not valid JSON: {error.msg.removesuffix(' at')}", end) from None
        return str(string), end

    def _scalar(self, at: int) -> tuple[Value, int]:
        if found := NUMBER.match(self._text, at):
            return self._number(found), found.end()
        word = WORD.match(self._text, at)
        if word is None:
            raise self.wrong("a value", at)
        if word[0] not in CONSTANTS:
            raise Unreadable(
                f"not valid JSON: {word[0][:60]!r} is no JSON value; text goes in double quotes", at
            )
        return CONSTANTS[word[0]], word.end()

    def _number(self, found: re.Match[str]) -> int | float:
        written = found[0]
        number = float(written)
        if len(written) > LONGEST_NUMBER or math.isinf(number):
            raise Unreadable("a number too large or too long", found.start())
        return number if found[1] or found[2] else int(written)
