"""The path of a run: its answer, its tool calls, its failure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle

PLACEHOLDERS = ("text", "instructions", "outputs")
BRACES = re.compile(r"\{\{|\}\}|\{(\w*)\}|[{}]")


@dataclass(frozen=True)
class Reply:
    """The answer, in explicit `chunks`, or as `text` in pieces of `chunk_size` characters.

    It may name `{text}` (the user's), `{instructions}` and `{outputs}` (the tools', a line each);
    `{{` and `}}` stand for braces. Delays are in seconds: before the first piece, and between
    pieces.
    """

    text: str | None = None
    chunks: Sequence[str] | None = None
    chunk_size: int | None = None
    first_delay: float = 0.0
    chunk_delay: float = 0.0

    def __post_init__(self) -> None:
        if (self.text is None) == (self.chunks is None):
            raise ScenarioError("expected one of text and chunks")
        if self.text is not None:
            _check_placeholders(self.text, "text")
        if self.chunks is not None:
            settle(self, chunks=tuple(checks.items(self.chunks, "chunks", least=1)))
            for index, chunk in enumerate(self.chunks):
                _check_placeholders(chunk, "chunks", index)
        if self.chunk_size is not None:
            settle(self, chunk_size=checks.integer(self.chunk_size, "chunk_size", least=1))
            if self.text is None:
                raise ScenarioError("chunk_size goes with text, not chunks", ("chunk_size",))
        settle(
            self,
            first_delay=checks.seconds(self.first_delay, "first_delay"),
            chunk_delay=checks.seconds(self.chunk_delay, "chunk_delay"),
        )

    def pieces(
        self,
        *,
        text: str,
        instructions: str,
        outputs: Sequence[str],
        split: Callable[[str], tuple[str, ...]],
    ) -> tuple[str, ...]:
        """The answer in pieces, one at least; `split` cuts it where the reply does not say how."""
        values = {"text": text, "instructions": instructions, "outputs": "\n".join(outputs)}
        if self.chunks is not None:
            return tuple(_filled(chunk, values) for chunk in self.chunks)
        answer = _filled(self.text or "", values)
        if self.chunk_size is None:
            return split(answer)
        starts = range(0, len(answer), self.chunk_size)
        return tuple(answer[start : start + self.chunk_size] for start in starts) or ("",)


def _check_placeholders(value: object, *path: str | int) -> None:
    for found in BRACES.finditer(checks.text(value, *path)):
        if found[0] in ("{{", "}}") or found[1] in PLACEHOLDERS:
            continue
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ScenarioError(
            f"{checks.quoted(found[0])} is no placeholder; known: {known}; "
            "write {{ and }} for braces",
            path,
        )


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled, in one pass: values are not filled again."""
    return BRACES.sub(lambda found: values[found[1]] if found[1] else found[0][0], template)


@dataclass(frozen=True)
class ToolCall:
    """A call of a function: arguments as an object, or as text that is sent as it stands.

    Whatever is given, `arguments` holds text afterwards. The text may be broken JSON.
    """

    name: str
    arguments: Mapping[str, Any] | str = "{}"

    def __post_init__(self) -> None:
        checks.text(self.name, "name", empty=False)
        if isinstance(self.arguments, Mapping):
            settle(self, arguments=_json_text(self.arguments))
        if not isinstance(self.arguments, str):
            raise ScenarioError(
                f"expected an object or JSON text, got {checks.described(self.arguments)}",
                ("arguments",),
            )
        checks.text(self.arguments, "arguments")


def _json_text(arguments: Mapping[str, Any]) -> str:
    try:
        compact = (",", ":")  # as recorded
        return json.dumps(dict(arguments), ensure_ascii=False, allow_nan=False, separators=compact)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioError(f"cannot be written as JSON: {error}", ("arguments",)) from None


@dataclass(frozen=True)
class Failed:
    """The run ends as failed, with this `last_error`."""

    type: str
    message: str

    def __post_init__(self) -> None:
        checks.text(self.type, "type")
        checks.text(self.message, "message")
