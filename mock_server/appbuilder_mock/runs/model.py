"""The model: what it sees and what it does next, unless a scenario scripts it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from appbuilder_mock.runs.sample_arguments import sample_arguments
from appbuilder_mock.scenarios import ToolCall


@dataclass(frozen=True)
class ToolResult:
    """The output of a tool in this run."""

    name: str
    output: str


@dataclass(frozen=True)
class Situation:
    """All that the model sees when it decides its next move."""

    instructions: str
    user_text: str
    functions: tuple[dict[str, Any], ...]  # as the caller described them
    results: tuple[ToolResult, ...]  # of this run, oldest first
    rounds: int = 0  # how often this run has asked for tools, and got its outputs


@dataclass(frozen=True)
class Say:
    """Answer, in these pieces; ends the run. The delays are in seconds."""

    pieces: tuple[str, ...]
    first_delay: float = 0.0
    chunk_delay: float = 0.0


@dataclass(frozen=True)
class CallTools:
    """Ask the caller to call functions; the run waits for all their outputs."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class End:
    """End the run without an answer."""

    status: Literal["failed", "expired"]
    error: dict[str, Any] | None = None


Move = Say | CallTools | End
Plan = Callable[[Situation], Move]

PIECES = 6  # events of one answer, about


def default_plan(situation: Situation) -> Move:
    """Call the first function once, if there is one; then answer."""
    if situation.functions and not situation.results:
        function = situation.functions[0]
        arguments = sample_arguments(function.get("parameters"))
        # Without blanks, as recorded.
        text = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
        return CallTools((ToolCall(function["name"], text),))
    return Say(pieces_of(default_answer(situation)))


def default_answer(situation: Situation) -> str:
    """States the instructions, quotes the user, and gives the tools' outputs."""
    text = situation.user_text
    lines = [situation.instructions] if situation.instructions else []
    lines.append(f'你说:「{text}」 You said: "{text}"')
    lines += [f"工具 {done.name} 的结果 Tool result: {done.output}" for done in situation.results]
    return "\n".join(lines)


def pieces_of(text: str) -> tuple[str, ...]:
    """The text cut into a few pieces, between characters and not between bytes."""
    size = max(1, -(-len(text) // PIECES))
    return tuple(text[start : start + size] for start in range(0, len(text), size)) or ("",)
