"""A value read from a text, that remembers where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from appbuilder_mock.scenarios.checks import Path, quoted

MAX_DEPTH = 50
MAX_VALUES = 10_000  # keeps a hostile text from keeping the server busy
MAX_LENGTH = 1_000_000  # characters
LONGEST_NUMBER = 100  # characters

Entries: TypeAlias = dict[str, tuple[int, "Node"]]  # each with where its key stands
Value: TypeAlias = bool | int | float | str | list["Node"] | Entries | None


@dataclass(frozen=True)
class Node:
    """A value and the index of its first character."""

    at: int
    value: Value

    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {key: node.plain() for key, (_, node) in self.value.items()}
        return self.value

    def find(self, path: Path) -> int:
        """The place of the value at a path, or of its key when it is an object or a list.

        As far as the path can be followed.
        """
        node, at = self, self.at
        for part in path:
            key_at = None
            if isinstance(node.value, dict) and isinstance(part, str) and part in node.value:
                key_at, node = node.value[part]
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                break
            at = key_at if key_at is not None and isinstance(node.value, (list, dict)) else node.at
        return at


class Unreadable(Exception):
    """The text is refused; `at` is the index of the character to point at."""

    def __init__(self, reason: str, at: int, path: Path = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.path = path


class Builder:
    """Counts values and depth against the limits while a text is read."""

    def __init__(self) -> None:
        self._values = 0

    def node(self, at: int, value: Value) -> Node:
        self._values += 1
        if self._values > MAX_VALUES:
            raise Unreadable(f"more than {MAX_VALUES} values; make the scenario smaller", at)
        return Node(at, value)

    @staticmethod
    def enter(depth: int, at: int) -> int:
        """The depth one level further in."""
        if depth >= MAX_DEPTH:
            raise Unreadable(f"nested more than {MAX_DEPTH} levels deep", at)
        return depth + 1


def add_entry(entries: Entries, key: str, key_at: int, node: Node, text: str) -> None:
    """Add a key that has not been there before."""
    if key in entries:
        first = line_and_column(text, entries[key][0])[0]
        raise Unreadable(
            f"key {quoted(key)} is written twice; the first is in line {first}", key_at
        )
    entries[key] = (key_at, node)


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Both from 1; a column is a character."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
