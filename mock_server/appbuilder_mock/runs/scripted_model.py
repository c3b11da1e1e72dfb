"""The model as a scenario scripts it: the path of a run that has matched a rule."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from random import Random
from typing import Any

from appbuilder_mock.runs.model import CallTools, End, Move, Plan, Say, Situation, pieces_of
from appbuilder_mock.scenarios import Latency, Reply, Rule, ToolCall
from appbuilder_mock.scenarios.latency import delay, drawn
from appbuilder_mock.storage.store import Document

# The field of a stored run with its script; databases and `/_mock/state` have this name.
SCRIPT = "course"


def script_of(rule: Rule, seed: int) -> Document:
    """The path that a rule scripts, as it is stored with the run.

    So the run keeps it when the scenario is replaced, and after a restart of the server. `seed`
    is for the latencies that it draws.
    """
    script: Document = {"seed": seed} if _has_latency(rule) else {}
    ends = {"reply": rule.reply, "partial_reply": rule.partial_reply, "failed": rule.failed}
    script |= {name: _document(end) for name, end in ends.items() if end}
    script |= {name: True for name in ("expired", "cancelled") if getattr(rule, name)}
    if rule.blocking_delay is not None:
        is_number = isinstance(rule.blocking_delay, float)
        script["blocking_delay"] = (
            rule.blocking_delay if is_number else _document(rule.blocking_delay)
        )
    if rule.rounds:
        script["tool_rounds"] = [_document(one) for one in rule.rounds]
    if rule.events:
        script["events"] = [_document(edit) for edit in rule.events]
    if rule.match.groups:
        script["regex"] = rule.match.regex
    return script


def next_move(script: Document, situation: Situation, plan: Plan) -> Move:
    """The next round of tools, and after the last one the end that the script names.

    A script that names no end leaves it to `plan`.
    """
    random = Random(f"{script.get('seed')} {situation.rounds}")

    def seconds(stored: Any) -> float:
        return drawn(delay(stored), random)

    rounds = script.get("tool_rounds", [])
    if situation.rounds < len(rounds):
        stored = rounds[situation.rounds]
        # Databases written before rounds could have a delay hold the calls only.
        one = stored if isinstance(stored, dict) else {"calls": stored}
        calls = tuple(ToolCall(**call) for call in one["calls"])
        return CallTools(calls, seconds(one.get("delay", 0.0)), one.get("step_details"))
    blocking = seconds(script["blocking_delay"]) if "blocking_delay" in script else None
    end: End | None = None
    for status in ("failed", "expired", "cancelled"):
        if status in script:
            error = script["failed"] if status == "failed" else None
            end = End(status, error, blocking or 0.0)
    said = script.get("reply") or script.get("partial_reply")
    if said is None:
        move = end or plan(situation)
        return replace(move, blocking_delay=blocking) if isinstance(move, Say) else move
    reply = Reply(**said)
    pieces = reply.pieces(
        text=situation.user_text,
        instructions=situation.instructions,
        outputs=[result.output for result in situation.results],
        split=pieces_of,
        groups=_groups(script.get("regex"), situation.user_text),
    )
    return Say(
        pieces,
        delays=tuple(drawn(reply.pause_before(index), random) for index in range(len(pieces))),
        blocking_delay=blocking,
        end=end,
        step_details=said.get("step_details"),
    )


def _groups(regex: str | None, text: str) -> dict[str, str]:
    """The captured groups of the rule's regex; empty where a group took no part."""
    found = re.search(regex, text) if regex else None
    if found is None:
        return {}
    numbered = {str(number): part for number, part in enumerate(found.groups(""), 1)}
    return numbered | found.groupdict("")


def _has_latency(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_latency, value))
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Latency):
        return any(_has_latency(getattr(value, name)) for name in value.__dataclass_fields__)
    return isinstance(value, Latency)


def _document(part: Any) -> Document:
    """A part of a rule as it is stored, without the values that it has anyway."""
    return {name: value for name, value in asdict(part).items() if value not in (None, 0.0)}
