"""Every part of openapi.yaml itself is compared."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.spec_diff.forms import HANDLED, ONE_TYPE, is_note
from scripts.spec_diff.operations import spec_changes
from tests.project.spec_diff.edits import ABSENT, ADDS, BREAKS, level, with_part

ROOT = Path(__file__).parents[3]
REAL = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
RUN_RESULT = "components schemas RunResult"
REAL_EDITS = {
    "a field of a run": (f"{RUN_RESULT} properties status", ABSENT, BREAKS, ADDS),
    "a run's id may lack": (f"{RUN_RESULT} required", ["object"], BREAKS, ADDS),
    "a run's id may be null": (
        f"{RUN_RESULT} properties id type",
        ["string", "null"],
        BREAKS,
        ADDS,
    ),
    "a field of an event": (
        "components schemas StreamRunStatus properties send_id",
        ABSENT,
        BREAKS,
        ADDS,
    ),
    "the type of a text": (
        "components schemas AssistantText properties value type",
        "integer",
        BREAKS,
        BREAKS,
    ),
    "the upload's part": (
        "components schemas CreateFileRequest properties file",
        ABSENT,
        BREAKS,
        ADDS,  # it was required all along
    ),
    "a name's length": (
        "components schemas AssistantName maxLength",
        64,
        BREAKS,
        ADDS,
    ),
    "the length of metadata": (
        "components schemas Metadata additionalProperties maxLength",
        256,
        BREAKS,
        ADDS,
    ),
    "a run without threads": ("components schemas CreateRunRequest else", ABSENT, ADDS, BREAKS),
    "the error's code": (
        "components schemas ErrorDetail properties code type",
        "integer",
        ADDS,
        BREAKS,
    ),
    "the request id": ("components headers RequestId required", False, BREAKS, ADDS),
    "the stream": (
        "paths /v2/threads/runs post responses 200 content text/event-stream",
        ABSENT,
        BREAKS,
        ADDS,
    ),
    "a shared answer": ("components responses Run content", {}, BREAKS, ADDS),
    "the upload's query": (
        "paths /v2/storage/files post parameters 0 name",
        "why",
        BREAKS,
        BREAKS,
    ),
    "an operation": ("paths /v2/threads/query", ABSENT, BREAKS, ADDS),
    "the key": ("components securitySchemes bearer scheme", "basic", BREAKS, BREAKS),
}


@pytest.mark.parametrize("edit", REAL_EDITS)
def test_an_edit_of_the_real_document(edit: str) -> None:
    """Every part of openapi.yaml itself is compared: components, events and parts, too."""
    place, value, forth, back = REAL_EDITS[edit]
    edited = with_part(REAL, place, value)

    assert level(REAL, edited) is forth
    assert level(edited, REAL) is back


def test_nothing_changed() -> None:
    """A document is as it is."""
    assert spec_changes(REAL, copy.deepcopy(REAL)) == []


def test_a_change_names_its_place_and_direction() -> None:
    """Once for all operations that share a schema, by the component's name."""
    edited = with_part(REAL, "components schemas RunResult properties failed_at", ABSENT)

    (change,) = spec_changes(REAL, edited)

    assert str(change) == (
        "breaking  RunResult.failed_at: the field is gone "
        "(answered: cancelRun, createRun, listRuns and 2 more)"
    )


def test_every_keyword_of_the_document_is_known() -> None:
    """A keyword that is not understood still counts as a change to both sides; none is now."""
    understood = {*HANDLED, *ONE_TYPE, "type", "const", "$ref", "allOf", "anyOf", "oneOf"}
    understood |= {"if", "else"}  # compared whole: any change counts to both sides
    found: set[str] = set()

    def look(schema: Any) -> None:
        for key, value in schema.items():
            found.add(key)
            if key in ("properties", "$defs"):
                for inner in value.values():
                    look(inner)
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict) and key != "properties" and not is_note(key):
                    look(inner)

    for schema in REAL["components"]["schemas"].values():
        look(schema)

    assert {key for key in found if not is_note(key)} - understood == set()
