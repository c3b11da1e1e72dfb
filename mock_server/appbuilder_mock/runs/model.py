"""The model: its input and its next move, unless a scenario scripts it."""

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
    """The input from which the model decides its next move."""

    instructions: str
    user_text: str
    functions: tuple[dict[str, Any], ...]  # as the caller described them
    results: tuple[ToolResult, ...]  # of this run, oldest first
    rounds: int = 0  # how often this run has asked for tools, and got its outputs


@dataclass(frozen=True)
class End:
    """End the run without an answer; `delay` is in seconds."""

    status: Literal["failed", "expired", "cancelled"]
    error: dict[str, Any] | None = None
    delay: float = 0.0


@dataclass(frozen=True)
class Say:
    """Answer, in these pieces; ends the run. The delays are in seconds.

    `delays` has one for each piece, and goes before the other two. A `blocking_delay` replaces them
    all where no client streams the run. With an `end` the answer is broken off by it.
    `step_details` are fields of the step's `step_datail`.
    """

    pieces: tuple[str, ...]
    first_delay: float = 0.0
    chunk_delay: float = 0.0
    delays: tuple[float, ...] = ()
    blocking_delay: float | None = None
    end: End | None = None
    step_details: dict[str, Any] | None = None

    def delay(self, index: int) -> float:
        """Seconds before this piece."""
        if self.delays:
            return self.delays[index]
        return self.chunk_delay if index else self.first_delay


@dataclass(frozen=True)
class CallTools:
    """Ask the caller to call functions; the run waits for all their outputs.

    `delay` is in seconds; `step_details` are fields of the step's `step_datail`.
    """

    calls: tuple[ToolCall, ...]
    delay: float = 0.0
    step_details: dict[str, Any] | None = None


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
