"""The model as a scenario scripts it: the path of a run that has matched a rule."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from appbuilder_mock.runs.model import CallTools, End, Move, Plan, Say, Situation, pieces_of
from appbuilder_mock.scenarios import Reply, Rule, ToolCall
from appbuilder_mock.storage.store import Document

# The field of a stored run with its script; databases and `/_mock/state` have this name.
SCRIPT = "course"


def script_of(rule: Rule) -> Document:
    """The path that a rule scripts, as it is stored with the run.

    So the run keeps to it when the scenario is replaced, and when the server comes back.
    """
    ends = {"reply": rule.reply, "failed": rule.failed}
    script: Document = {
        name: {key: value for key, value in asdict(end).items() if value not in (None, 0.0)}
        for name, end in ends.items()
        if end is not None
    }
    if rule.expired:
        script["expired"] = True
    if rule.tool_rounds:
        script["tool_rounds"] = [[asdict(call) for call in calls] for calls in rule.tool_rounds]
    return script


def next_move(script: Document, situation: Situation, plan: Plan) -> Move:
    """The next round of tools, and after the last one the end that the script names.

    A script that names no end leaves it to `plan`.
    """
    rounds = script.get("tool_rounds", [])
    if situation.rounds < len(rounds):
        return CallTools(tuple(ToolCall(**call) for call in rounds[situation.rounds]))
    if "reply" in script:
        return _say(script["reply"], situation)
    if "failed" in script:
        return End("failed", script["failed"])
    return End("expired") if "expired" in script else plan(situation)


def _say(document: dict[str, Any], situation: Situation) -> Say:
    reply = Reply(**document)
    pieces = reply.pieces(
        text=situation.user_text,
        instructions=situation.instructions,
        outputs=[result.output for result in situation.results],
        split=pieces_of,
    )
    return Say(pieces, reply.first_delay, reply.chunk_delay)
