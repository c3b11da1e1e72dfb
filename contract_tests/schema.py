"""openapi.yaml as schemathesis sees it: with the settings for one target."""

from __future__ import annotations

import copy
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.schemas import OpenApiSchema

from .spec import known_facts
from .spec.document import Document
from .target.settings import SETTINGS
from .target.target import EXPENSIVE, Profile, Target

EVENT_STREAM = "text/event-stream"


def load_schema(document: Document, target: Target, profile: Profile) -> OpenApiSchema:
    """The schema that tests of this target are generated from."""
    settings = {
        **copy.deepcopy(SETTINGS),
        "seed": profile.seed,
        "request-timeout": profile.patience,
    }
    # Not a header: the checks on bad tokens take it away and put another in its place.
    settings["auth"] = {"openapi": {"bearer": {"bearer": target.token}}}
    for phase in ("examples", "coverage", "fuzzing"):
        settings["phases"].setdefault(phase, {})["enabled"] = phase in profile.phases
    if profile.max_examples is not None:
        settings["generation"]["max-examples"] = profile.max_examples
    if profile.only_live_safe:
        at_random = {phase: {"enabled": False} for phase in ("coverage", "fuzzing")}
        settings["operations"] = [{"include-operation-id": [*EXPENSIVE], "phases": at_random}]
    raw = _with_event_schemas(copy.deepcopy(document.raw))
    if target.kind != "mock":
        raw = known_facts.of_answers(raw)
    return schemathesis.openapi.from_dict(raw, config=SchemathesisConfig.from_dict(settings))


def _with_event_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """The document as schemathesis reads streams: their schema is that of one event."""
    for operation in document["paths"].values():
        content = operation["post"]["responses"]["200"].get("content", {})
        if media := content.get(EVENT_STREAM):
            media["schema"] = media["schema"]["contentSchema"]["items"]
            del media["examples"]  # each is a whole stream
    return document
