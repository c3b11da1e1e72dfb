"""How a run goes that a rule of a scenario has taken."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from appbuilder_mock.runs.model import Call, CallTools, End, Move, Plan, Say, Situation, pieces_of
from appbuilder_mock.scenarios import Reply, Rule, ToolCall
from appbuilder_mock.storage.store import Document


def kept(rule: Rule) -> Document:
    """What a rule says about a run's course, as it is stored with the run.

    So the run keeps to it when the scenario is replaced, and when the server comes back.
    """
    ends = {"reply": rule.reply, "failed": rule.failed}
    course: Document = {
        name: {key: value for key, value in asdict(end).items() if value not in (None, 0.0)}
        for name, end in ends.items()
        if end is not None
    }
    if rule.expired:
        course["expired"] = True
    if rule.tool_rounds:
        course["tool_rounds"] = [[asdict(call) for call in calls] for calls in rule.tool_rounds]
    return course


def next_move(course: Document, situation: Situation, plan: Plan) -> Move:
    """The next round of tools, and after the last one the end that the course names.

    A course that names no end leaves it to `plan`.
    """
    rounds = course.get("tool_rounds", [])
    if situation.rounds < len(rounds):
        calls = (ToolCall(**call) for call in rounds[situation.rounds])
        return CallTools(tuple(Call(call.name, str(call.arguments)) for call in calls))
    if "reply" in course:
        return _say(course["reply"], situation)
    if "failed" in course:
        return End("failed", course["failed"])
    return End("expired") if "expired" in course else plan(situation)


def _say(document: dict[str, Any], situation: Situation) -> Say:
    reply = Reply(**document)
    pieces = reply.pieces(
        text=situation.user_text,
        instructions=situation.instructions,
        outputs=[result.output for result in situation.results],
        split=pieces_of,
    )
    return Say(pieces, reply.first_delay, reply.chunk_delay)
