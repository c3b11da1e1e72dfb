"""The file of a recorded session: a scenario that is complete after each run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from appbuilder_mock.scenarios.nodes import MAX_LENGTH, MAX_VALUES
from appbuilder_mock.scenarios.yaml_text import reads_as_text

HEADER = "# Recorded by `python -m appbuilder_mock record`; see docs/recording.md.\n"
MARGIN = 20  # values of the scenario around its rules


class ScenarioFile:
    """Rules by the place of their call in the session; each change rewrites the whole file.

    So the file is a valid scenario at any time, also if this process is killed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: dict[int, str] = {}
        self._values: dict[int, int] = {}
        self.notes: list[str] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self.write()

    def put(self, place: int, rule: dict[str, Any]) -> bool:
        """Keep a rule in its place. False, and nothing is changed, when the file would be full."""
        text, values = _yaml([rule]), _count(rule)
        others = [key for key in self._texts if key != place]
        length = sum(len(self._texts[key]) for key in others) + len(text) + len(HEADER)
        counted = sum(self._values[key] for key in others) + values
        notes = sum(map(len, self.notes)) + 10_000  # more notes may come
        if length + notes > MAX_LENGTH or counted > MAX_VALUES - MARGIN:
            return False
        self._texts[place], self._values[place] = text, values
        self.write()
        return True

    def write(self) -> None:
        notes = "".join(f"# Not kept: {note}\n" for note in self.notes)
        rules = "".join(self._texts[place] for place in sorted(self._texts))
        body = f"rules:\n{rules}" if rules else "rules: []\n"
        draft = self._path.with_name(f".{self._path.name}.part")
        draft.write_text(f"{HEADER}{notes}otherwise: refuse_runs\n{body}", encoding="utf-8")
        draft.replace(self._path)


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
