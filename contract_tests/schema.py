"""openapi.yaml as schemathesis sees it: with our settings, checks, rules and coverage.

To be imported when the target is known and spec.py names what there is on it.
"""

from __future__ import annotations

import copy
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import read_event_stream
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport import requests as transport

from .checks import registry as own_checks
from .checks import request_rules as rules
from .checks.coverage import Coverage
from .spec import document as spec
from .spec import known_facts
from .target.gateway import AROUND, Exchange, gateway
from .target.settings import SEED, SETTINGS
from .target.target import EXPENSIVE, chosen_profile, chosen_target

TARGET = chosen_target()
PROFILE = chosen_profile(TARGET)
EVENT_STREAM = "text/event-stream"


def _load() -> OpenApiSchema:
    settings = {**copy.deepcopy(SETTINGS), "seed": SEED, "request-timeout": PROFILE.patience}
    # Not a header: the checks on bad tokens take it away and put another in its place.
    settings["auth"] = {"openapi": {"bearer": {"bearer": TARGET.token}}}
    for phase in ("examples", "coverage", "fuzzing"):
        settings["phases"].setdefault(phase, {})["enabled"] = phase in PROFILE.phases
    if PROFILE.max_examples is not None:
        settings["generation"]["max-examples"] = PROFILE.max_examples
    if PROFILE.only_live_safe:
        at_random = {phase: {"enabled": False} for phase in ("coverage", "fuzzing")}
        settings["operations"] = [{"include-operation-id": [*EXPENSIVE], "phases": at_random}]
    document = _with_event_schemas(copy.deepcopy(spec.DOCUMENT))
    if TARGET.kind != "mock":
        document = known_facts.of_answers(document)
    return schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(settings))


def _with_event_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """The document as schemathesis reads streams: their schema is that of one event."""
    for operation in document["paths"].values():
        content = operation["post"]["responses"]["200"].get("content", {})
        if media := content.get(EVENT_STREAM):
            media["schema"] = media["schema"]["contentSchema"]["items"]
            del media["examples"]  # each is a whole stream
    return document


def _count(exchange: Exchange) -> None:
    if exchange.response is not None and exchange.phase != AROUND:
        coverage.count(exchange.operation_id, exchange.phase, exchange.response)


coverage = Coverage()
gateway.listeners.append(_count)
schema = _load()

# The probes of the checks (with no token, with a bad one) pass by every hook, but not by this.
sends = transport.REQUESTS_TRANSPORT
sends.send = gateway.through(sends.send)  # type: ignore[method-assign]
# A stream that breaks off is not given back, and may have made a thread all the same.
transport.read_event_stream = gateway.observing(read_event_stream)  # type: ignore[attr-defined]
for check in own_checks.ALL:
    schemathesis.check(check)
for hook in (rules.map_case, rules.before_add_examples, rules.filter_failure):
    schema.hook(hook)
