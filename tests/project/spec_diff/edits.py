"""Edits of a document, and their levels."""

from __future__ import annotations

import copy
from typing import Any

from scripts.spec_diff.changes import Level
from scripts.spec_diff.operations import spec_changes

ABSENT = object()
BREAKS, ADDS, WORDS = Level.BREAKING, Level.ADDITION, Level.WORDS


def with_part(document: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of the document, in which a place holds the value, or nothing."""
    changed: Any = copy.deepcopy(document)
    part = changed
    *way, last = place.split()
    for key in way:
        part = part[int(key)] if isinstance(part, list) else part[key]
    if value is ABSENT:
        part.pop(last, None)
    else:
        part[int(last) if isinstance(part, list) else last] = value
    return changed  # type: ignore[no-any-return]


def level(old: dict[str, Any], new: dict[str, Any]) -> Level:
    return max(change.level for change in spec_changes(old, new))
