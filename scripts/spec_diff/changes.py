"""One change, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How much a change matters to programs that exist."""

    WORDS = 0  # nothing that a program could notice
    ADDITION = 1  # existing programs continue to work
    BREAKING = 2  # programs that exist may fail


@dataclass(frozen=True, order=True)
class Change:
    """A change at a place, such as `RunResult.status` or `AppBuilder.threads.query(…)`."""

    where: str
    what: str
    level: Level

    def __str__(self) -> str:
        return f"{self.level.name.lower():<9} {self.where}: {self.what}"
