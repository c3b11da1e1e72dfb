"""A file of a recorded session: a scenario that is complete after each run."""

from __future__ import annotations

import os
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from appbuilder_mock.scenarios.nodes import MAX_LENGTH, MAX_VALUES
from appbuilder_mock.scenarios.yaml_text import reads_as_text

HEADER = "# Recorded by `python -m appbuilder_mock record`; see docs/recording.md.\n"
MARGIN = 20  # values of the scenario around its rules


class ScenarioFile:
    """Rules by the place of their call in the session; each write makes the whole file anew.

    So the file is a valid scenario at any time, whatever becomes of this process. Where another
    program has written to it in the meantime, the next one in the order of `after` is used.
    """

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise IsADirectoryError(f"expected a file to write, got the folder {path}")
        self.path = path
        self._texts: dict[int, str] = {}
        self._values: dict[int, int] = {}
        self._noted: Counter[str] = Counter()
        self._written: tuple[int, int] | None = None
        self._changed = True
        path.parent.mkdir(parents=True, exist_ok=True)
        self.write()

    def __contains__(self, place: int) -> bool:
        return place in self._texts

    @property
    def is_empty(self) -> bool:
        return not self._texts

    @property
    def notes(self) -> list[str]:
        return [f"{what} ({n} ×)" if n > 1 else what for what, n in self._noted.items()]

    def note(self, what: str) -> None:
        """Something that could not be kept."""
        self._noted[what] += 1
        self._changed = True

    def put(self, place: int, rule: dict[str, Any]) -> bool:
        """Keep a rule in its place. False, and nothing is changed, when the file would be full."""
        text, values = _yaml([rule]), _count(rule)
        others = [key for key in self._texts if key != place]
        length = sum(len(self._texts[key]) for key in others) + len(text) + len(HEADER)
        counted = sum(self._values[key] for key in others) + values
        notes = sum(map(len, self._noted)) + 10_000  # more notes may come
        if length + notes > MAX_LENGTH or counted > MAX_VALUES - MARGIN:
            return False
        self._changed = self._changed or self._texts.get(place) != text
        self._texts[place], self._values[place] = text, values
        return True

    def remove(self, place: int) -> None:
        if place in self:
            del self._texts[place], self._values[place]
            self._changed = True

    def write(self) -> None:
        """Write what has changed since the last time."""
        if not self._changed:
            return
        notes = "".join(f"# Not kept: {note}\n" for note in self.notes)
        rules = "".join(self._texts[place] for place in sorted(self._texts))
        body = f"rules:\n{rules}" if rules else "rules: []\n"
        if self._written and self.path.exists() and _version(self.path) != self._written:
            self.path = after(self.path)
        # Another recorder may be writing the same file.
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}.{id(self)}.part")
        try:
            draft.write_text(f"{HEADER}{notes}otherwise: refuse_runs\n{body}", encoding="utf-8")
            written = _version(draft)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        self._written, self._changed = written, False


def after(path: Path) -> Path:
    """The next file of a session, one that is not there: `session-2.yaml` for `session.yaml`."""
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(name for name in names if not name.exists())


def _version(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


class _Dumper(yaml.SafeDumper):
    """Writes what the scenarios' reader reads: no aliases, and quotes around all text in doubt."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if reads_as_text(text) and text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(value: Any) -> str:
    return yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=100,
    )


def _count(value: Any) -> int:
    """The number of values that a reader makes of it, keys included."""
    if isinstance(value, dict):
        return 1 + sum(1 + _count(part) for part in value.values())
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1
