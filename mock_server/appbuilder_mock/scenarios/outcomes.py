"""The path of a run: its answer, its tool calls, its failure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle
from appbuilder_mock.scenarios.latency import Delay, delay

PLACEHOLDERS = ("text", "instructions", "outputs")
# The fields of `step_datail`, as openapi.yaml has them.
STEP_DETAILS = ("type", "message_creation", "action_info", "tool_calls", "tool_info")
BRACES = re.compile(r"\{\{|\}\}|\{(\w*)\}|[{}]")


@dataclass(frozen=True)
class Reply:
    """The answer, in explicit `chunks`, or as `text` in pieces of `chunk_size` characters.

    It may name `{text}` (the user's), `{instructions}` and `{outputs}` (the tools', a line each),
    and the groups of the rule's regex: `{1}`, `{city}`. `{{` and `}}` stand for braces. Delays are
    in seconds: before the first piece and between pieces, or with `delays` before each of the
    chunks. `step_details` are fields of the answer's step, in its `step_datail`.
    """

    text: str | None = None
    chunks: Sequence[str] | None = None
    chunk_size: int | None = None
    first_delay: Delay = 0.0
    chunk_delay: Delay = 0.0
    delays: Sequence[Delay] | None = None
    step_details: Mapping[str, Any] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        if (self.text is None) == (self.chunks is None):
            raise ScenarioError("expected one of text and chunks")
        if self.text is not None:
            _check_braces(self.text, "text")
        if self.chunks is not None:
            settle(self, chunks=tuple(checks.items(self.chunks, "chunks", least=1)))
            for index, chunk in enumerate(self.chunks):
                _check_braces(chunk, "chunks", index)
        if self.chunk_size is not None:
            settle(self, chunk_size=checks.integer(self.chunk_size, "chunk_size", least=1))
            if self.text is None:
                raise ScenarioError("chunk_size goes with text, not chunks", ("chunk_size",))
        settle(
            self,
            first_delay=delay(self.first_delay, "first_delay"),
            chunk_delay=delay(self.chunk_delay, "chunk_delay"),
            step_details=step_details(self.step_details),
        )
        if self.delays is not None:
            self._check_delays(checks.items(self.delays, "delays"))

    def _check_delays(self, delays: Sequence[Any]) -> None:
        if self.chunks is None:
            raise ScenarioError("delays go with chunks, not text", ("delays",))
        if len(delays) != len(self.chunks):
            raise ScenarioError(
                f"expected a delay for each of the {len(self.chunks)} chunks, got {len(delays)}",
                ("delays",),
            )
        for name in ("first_delay", "chunk_delay"):
            if getattr(self, name):
                raise ScenarioError(f"delays and {name} cannot go together; keep one", (name,))
        settle(self, delays=tuple(delay(one, "delays", i) for i, one in enumerate(delays)))

    def check_placeholders(self, groups: Collection[str]) -> None:
        """Check the names in the texts against the placeholders and the groups of the regex."""
        texts = [(("text",), self.text)] if self.chunks is None else _numbered(self.chunks)
        for path, template in texts:
            for found in BRACES.finditer(template or ""):
                if found[0] not in ("{{", "}}") and found[1] not in (*PLACEHOLDERS, *groups):
                    raise _no_placeholder(found[0], path, groups)

    def pause_before(self, index: int) -> Delay:
        """The delay before the piece of this number, from 0."""
        if self.delays is not None:
            return self.delays[index]
        return self.chunk_delay if index else self.first_delay

    def pieces(
        self,
        *,
        text: str,
        instructions: str,
        outputs: Sequence[str],
        split: Callable[[str], tuple[str, ...]],
        groups: Mapping[str, str] | None = None,
    ) -> tuple[str, ...]:
        """The answer in pieces, one at least; `split` cuts it where the reply does not say how."""
        values = {"text": text, "instructions": instructions, "outputs": "\n".join(outputs)}
        values.update(groups or {})
        if self.chunks is not None:
            return tuple(filled(chunk, values) for chunk in self.chunks)
        answer = filled(self.text or "", values)
        if self.chunk_size is None:
            return split(answer)
        starts = range(0, len(answer), self.chunk_size)
        return tuple(answer[start : start + self.chunk_size] for start in starts) or ("",)


def _numbered(chunks: Sequence[str]) -> list[tuple[tuple[str | int, ...], str | None]]:
    return [(("chunks", index), chunk) for index, chunk in enumerate(chunks)]


def _check_braces(value: object, *path: str | int) -> None:
    """Refuse a brace by itself; the rule knows which placeholders there are."""
    for found in BRACES.finditer(checks.text(value, *path)):
        if found[0] not in ("{{", "}}") and not found[1]:
            raise _no_placeholder(found[0], path)


def _no_placeholder(found: str, path: checks.Path, groups: Collection[str] = ()) -> ScenarioError:
    known = ", ".join(f"{{{name}}}" for name in (*PLACEHOLDERS, *groups))
    return ScenarioError(
        f"{checks.quoted(found)} is no placeholder; known: {known}; write {{{{ and }}}} for braces",
        path,
    )


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled, in one pass: values are not filled again."""
    return BRACES.sub(lambda found: values[found[1]] if found[1] else found[0][0], template)


def step_details(value: Any, *path: str | int) -> dict[str, Any] | None:
    """Fields of a step's `step_datail`."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise ScenarioError(
            f"expected an object, got {checks.described(value)}", (*path, "step_details")
        )
    for key in value:
        if key not in STEP_DETAILS:
            reason = checks.unknown("key", str(key), STEP_DETAILS)
            raise ScenarioError(reason, (*path, "step_details"))
    _json_text(value, *path, "step_details")
    return dict(value)


@dataclass(frozen=True)
class ToolCall:
    """A call of a function: arguments as an object, or as text that is sent as it stands.

    In either case `arguments` holds text afterwards. The text may be broken JSON.
    """

    name: str
    arguments: Mapping[str, Any] | str = "{}"

    def __post_init__(self) -> None:
        checks.text(self.name, "name", empty=False)
        if isinstance(self.arguments, Mapping):
            settle(self, arguments=_json_text(self.arguments, "arguments"))
        if not isinstance(self.arguments, str):
            raise ScenarioError(
                f"expected an object or JSON text, got {checks.described(self.arguments)}",
                ("arguments",),
            )
        checks.text(self.arguments, "arguments")


def _json_text(value: Mapping[str, Any], *path: str | int) -> str:
    try:
        compact = (",", ":")  # as recorded
        return json.dumps(dict(value), ensure_ascii=False, allow_nan=False, separators=compact)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioError(f"cannot be written as JSON: {error}", path) from None


@dataclass(frozen=True)
class ToolRound:
    """Calls that are requested together, after a `delay` in seconds.

    `step_details` are fields of the round's step, in its `step_datail`.
    """

    calls: Sequence[ToolCall]
    delay: Delay = 0.0
    step_details: Mapping[str, Any] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        calls = tuple(checks.items(self.calls, "calls", least=1))
        for index, call in enumerate(calls):
            checks.instance(call, ToolCall, "calls", index)
        settle(
            self,
            calls=calls,
            delay=delay(self.delay, "delay"),
            step_details=step_details(self.step_details),
        )


@dataclass(frozen=True)
class Failed:
    """The run ends as failed, with this `last_error`."""

    type: str
    message: str

    def __post_init__(self) -> None:
        checks.text(self.type, "type")
        checks.text(self.message, "message")
