"""The version that changes need, and whether a tree announces its breaking changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.spec_diff.changes import Change, Level

Version = tuple[int, int, int]

VERSION_LINE = re.compile(r'^__version__ = "(\d+)\.(\d+)\.(\d+)', re.MULTILINE)
BREAKING_LINE = re.compile(r"^\s*[-*] \*\*Breaking", re.IGNORECASE)
"""The beginning of a changelog line about a breaking change: `- **Breaking:** …`."""


@dataclass(frozen=True)
class Release:
    """The version and the changelog of a tree."""

    version: Version
    changelog: str

    @classmethod
    def read(cls, version_module: str, changelog: str) -> Release:
        """Raises ValueError without a version."""
        found = VERSION_LINE.search(version_module)
        if found is None:
            raise ValueError('_version.py has no line `__version__ = "1.2.3"`')
        major, minor, patch = (int(number) for number in found.groups())
        return cls((major, minor, patch), changelog)


def needed_version(base: Version, changes: Iterable[Change]) -> Version:
    """The least version that may hold the changes; the base's own when there are none.

    Before 1.0 a breaking change asks for the next minor version and all else for a patch.
    """
    level = max((change.level for change in changes), default=None)
    major, minor, patch = base
    if level is None:
        return base
    if level is Level.BREAKING:
        return (0, minor + 1, 0) if major == 0 else (major + 1, 0, 0)
    if level is Level.ADDITION and major > 0:
        return (major, minor + 1, 0)
    return (major, minor, patch + 1)


def refusals(base: Release, now: Release, changes: Iterable[Change]) -> list[str]:
    """Why the changes must not go out like this: a breaking one needs its version and a line."""
    changes = list(changes)
    if all(change.level is not Level.BREAKING for change in changes):
        return []
    found = []
    needed = needed_version(base.version, changes)
    if now.version < needed:
        found.append(
            f"a breaking change since {shown(base.version)} needs version {shown(needed)} or "
            f"later, and _version.py says {shown(now.version)}"
        )
    old = set(base.changelog.splitlines())
    new = [line for line in now.changelog.splitlines() if line not in old]
    if not any(BREAKING_LINE.match(line) for line in new):
        found.append(
            "a breaking change needs a line in CHANGELOG.md that begins with `- **Breaking:**`, "
            "and there is no new one"
        )
    return found


def shown(version: Version) -> str:
    return ".".join(map(str, version))
