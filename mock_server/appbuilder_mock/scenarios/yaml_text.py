"""YAML to nodes: the part of YAML that JSON can express, with the scalars of YAML 1.2.

So `yes`, `on` and `2024-06-01` are text. Aliases, tags and several documents are refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import yaml

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

NULL = re.compile(r"~|null|Null|NULL|")
BOOL = re.compile(r"(true|True|TRUE)|false|False|FALSE")
INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

# Messages of the parser, and advice to the writer of the scenario.
ADVICE = {
    r"'\t'": "indent with spaces, not tabs",
    "mapping values are not allowed": 'put text that holds ": " in quotes; check the indentation',
    "cannot start any token": "put text that begins with this character in quotes",
    "expected <block end>": 'check the indentation; put text that begins with { [ or " in quotes',
    "could not find expected ':'": 'a key is followed by ": "',
    "while scanning a quoted scalar": "close the quotes",
    "expected ',' or": "close the brackets",
}


def read_yaml(text: str) -> Node | None:
    """The one document in the text; None when it holds none. Raises Unreadable."""
    try:
        return _YamlReader(text).document()
    except yaml.reader.ReaderError as error:
        at = error.position if isinstance(error.position, int) else 0
        raise Unreadable(
            f"character U+{ord(text[at]):04X} cannot stand in YAML; in double quotes write it as "
            f"\\u{ord(text[at]):04x}",
            at,
        ) from None
    except yaml.MarkedYAMLError as error:
        unclosed = "stream" in (error.problem or "")  # then it began at the context
        mark = (error.context_mark if unclosed else None) or error.problem_mark
        words = f"{error.problem} {error.context or ''}"
        advice = next((f"; {advice}" for part, advice in ADVICE.items() if part in words), "")
        raise Unreadable(
            f"not valid YAML: {error.problem}{advice}", mark.index if mark else 0
        ) from None


class _YamlReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._build = Builder()
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)

    def document(self) -> Node | None:
        node = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    raise Unreadable("a second document begins here; a scenario is one", _at(event))
                node = self._node(next(self._events), 0)
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        at = _at(event)
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(
                f"aliases ({quoted(event.anchor or '')}) are not taken; write it out", at
            )
        assert isinstance(event, yaml.NodeEvent)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Unreadable(f"tags ({quoted(tag)}) are not taken; remove it", at)
        if isinstance(event, yaml.ScalarEvent):
            return self._build.node(at, event.value if event.style else _scalar(event.value, at))
        depth = self._build.enter(depth, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._build.node(at, list(self._items(depth)))
        return self._build.node(at, self._entries(depth))

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, depth)

    def _entries(self, depth: int) -> Entries:
        entries: Entries = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth)
            if not isinstance(key.value, str):
                raise Unreadable(
                    "expected a key that is text; put it in quotes, as all that begins with {",
                    key.at,
                )
            add_entry(entries, key.value, key.at, self._node(next(self._events), depth), self._text)
        return entries


def _at(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def reads_as_text(written: str) -> bool:
    """Whether it is text without quotes, too."""
    return not any(form.fullmatch(written) for form in (NULL, BOOL, NOT_FINITE, FLOAT))


def _scalar(written: str, at: int) -> Value:
    """The value of a scalar without quotes."""
    if NULL.fullmatch(written):
        return None
    if found := BOOL.fullmatch(written):
        return found[1] is not None
    if NOT_FINITE.fullmatch(written):
        raise Unreadable(f"{written} is not a finite number", at)
    if not FLOAT.fullmatch(written):
        return written
    number = float(written)
    if len(written) > LONGEST_NUMBER or math.isinf(number):
        raise Unreadable("a number too large or too long; put it in quotes if it is text", at)
    return int(written) if INTEGER.fullmatch(written) else number
