"""Changes of openapi.yaml that are found, and which of them break existing programs."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.spec_diff.changes import Level
from scripts.spec_diff.forms import HANDLED, ONE_TYPE, is_note
from scripts.spec_diff.operations import spec_changes

ROOT = Path(__file__).parents[3]
REAL = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
SMALL: dict[str, Any] = yaml.safe_load(
    """
    servers: [{url: 'https://one.example'}]
    security: [{bearer: []}]
    paths:
      /ask:
        post:
          operationId: ask
          parameters: [{name: purpose, in: query, required: true, schema: {enum: [a]}}]
          requestBody:
            required: true
            content:
              application/json: {schema: {$ref: '#/components/schemas/Question'}}
          responses:
            '200':
              headers: {X-Id: {required: true, schema: {type: string}}}
              content:
                application/json:
                  schema:
                    oneOf:
                      - {$ref: '#/components/schemas/Answer'}
                      - {title: Error, type: object}
                text/event-stream: {schema: {type: object, properties: {data: {type: string}}}}
            '404': {}
      /more: {post: {operationId: more, responses: {}}}
    components:
      securitySchemes:
        bearer: {type: http, scheme: bearer}
        key: {type: apiKey, name: k, in: query}
      schemas:
        Question:
          type: object
          required: [name]
          properties:
            name: {type: string, minLength: 1, maxLength: 128}
            limit: {type: [integer, 'null'], minimum: 1}
            order: {enum: [asc, desc, null]}
            parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
            pairs:
              type: object
              propertyNames: {maxLength: 64}
              additionalProperties: {type: string}
        Answer:
          type: object
          required: [id, status]
          properties:
            id: {type: string}
            status: {anyOf: [{type: string, enum: [queued, done]}, {type: string}]}
            kind: {type: string, enum: [one, two]}
            parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
            error: {oneOf: [{$ref: '#/components/schemas/Part'}, {type: 'null'}]}
        Part:
          type: object
          required: [text]
          properties: {text: {type: string}, inner: {$ref: '#/components/schemas/Part'}}
    """
)
ABSENT = object()
BREAKS, ADDS, WORDS = Level.BREAKING, Level.ADDITION, Level.WORDS

ASK = "paths /ask post"
JSON_BODY = f"{ASK} requestBody content application/json"
OK = f"{ASK} responses 200"
QUESTION = "components schemas Question"
ANSWER = "components schemas Answer"
NAME, ORDER, LIMIT = (f"{QUESTION} properties {field}" for field in ("name", "order", "limit"))
TEXT = {"type": "string"}
TWO_PLACES = {"type": "array", "items": {"type": "string"}}

# The part, its old and new value; the meaning of the change, and of its reverse.
EDITS: dict[str, tuple[str, Any, Any, Level, Level]] = {
    # Operations
    "operation": ("paths /new", ABSENT, {"get": {"operationId": "new"}}, ADDS, BREAKS),
    "path": ("paths /more", {"post": {"operationId": "more"}}, ABSENT, BREAKS, ADDS),
    "operationId": (f"{ASK} operationId", "ask", "asked", BREAKS, BREAKS),
    "repeatable": (f"{ASK} x-repeatable", True, False, BREAKS, ADDS),
    "server": ("servers", [{"url": "https://a"}], [{"url": "https://b"}], BREAKS, BREAKS),
    "another server": (
        "servers",
        [{"url": "https://a"}],
        [{"url": "https://a"}, {"url": "https://b"}],
        ADDS,
        BREAKS,
    ),
    # Access
    "security scheme": ("security", [{"bearer": []}], [{"key": []}], BREAKS, BREAKS),
    "more security": ("security", [{"bearer": []}], [{"bearer": [], "key": []}], BREAKS, BREAKS),
    "another way in": ("security", [{"bearer": []}], [{"bearer": []}, {"key": []}], ADDS, BREAKS),
    "no token needed": (f"{ASK} security", [{"bearer": []}], [], ADDS, BREAKS),
    "what bearer is": (
        "components securitySchemes bearer scheme",
        "bearer",
        "basic",
        BREAKS,
        BREAKS,
    ),
    # Parameters and bodies
    "parameter": (f"{ASK} parameters", [], [{"name": "q", "in": "query"}], ADDS, BREAKS),
    "required parameter": (
        f"{ASK} parameters",
        [],
        [{"name": "q", "in": "query", "required": True}],
        BREAKS,
        BREAKS,
    ),
    "parameter required": (f"{ASK} parameters 0 required", False, True, BREAKS, ADDS),
    "parameter's values": (f"{ASK} parameters 0 schema enum", ["a"], ["a", "b"], ADDS, BREAKS),
    "body required": (f"{ASK} requestBody required", False, True, BREAKS, ADDS),
    "type of body": (
        f"{ASK} requestBody content",
        {"application/json": {}},
        {"application/json": {}, "text/plain": {}},
        ADDS,
        BREAKS,
    ),
    # Fields that are sent
    "request field": (f"{QUESTION} properties new", ABSENT, TEXT, ADDS, BREAKS),
    "required request field": (
        QUESTION,
        {"type": "object"},
        {"type": "object", "required": ["a"], "properties": {"a": TEXT}},
        BREAKS,
        BREAKS,
    ),
    "request field required": (f"{QUESTION} required", ["name"], ["name", "limit"], BREAKS, ADDS),
    "request field of another type": (f"{NAME} type", "string", "integer", BREAKS, BREAKS),
    "request field nullable": (f"{NAME} type", "string", ["string", "null"], ADDS, BREAKS),
    "integer to number": (f"{LIMIT} type", ["integer", "null"], ["number", "null"], ADDS, BREAKS),
    "value of an enumeration": (f"{ORDER} enum", ["asc", "desc"], ["asc"], BREAKS, ADDS),
    "null of an enumeration": (f"{ORDER} enum", ["asc", None], ["asc"], BREAKS, ADDS),
    "enumeration": (f"{NAME} enum", ABSENT, ["a"], BREAKS, ADDS),
    "const": (f"{NAME} const", ABSENT, "a", BREAKS, ADDS),
    "maxLength": (f"{NAME} maxLength", 128, 64, BREAKS, ADDS),
    "no maxLength": (f"{NAME} maxLength", 128, ABSENT, ADDS, BREAKS),
    "minLength": (f"{NAME} minLength", 0, 1, BREAKS, ADDS),
    "minimum": (f"{LIMIT} minimum", 0, 1, BREAKS, ADDS),
    "exclusiveMinimum": (
        LIMIT,
        {"type": "number", "exclusiveMinimum": 0},
        {"type": "number", "minimum": 0},
        ADDS,
        BREAKS,
    ),
    "maximum": (f"{LIMIT} maximum", ABSENT, 100, BREAKS, ADDS),
    "maxItems": (f"{QUESTION} properties parts maxItems", 10, 5, BREAKS, ADDS),
    "pattern": (f"{NAME} pattern", ABSENT, "^a", BREAKS, ADDS),
    "another pattern": (f"{NAME} pattern", "^a", "^b", BREAKS, BREAKS),
    "not": (f"{QUESTION} not", ABSENT, {"required": ["limit"]}, BREAKS, ADDS),
    "a rule unheard of": (f"{QUESTION} dependentRequired", ABSENT, {"a": ["b"]}, BREAKS, ADDS),
    "further fields": (f"{QUESTION} additionalProperties", True, False, BREAKS, ADDS),
    "pairs": (f"{QUESTION} properties pairs additionalProperties", TEXT, True, ADDS, BREAKS),
    "names of pairs": (
        f"{QUESTION} properties pairs propertyNames maxLength",
        64,
        32,
        BREAKS,
        ADDS,
    ),
    "field of an item": (f"{QUESTION} properties parts items", {}, {"type": "null"}, BREAKS, ADDS),
    # Fields that are answered
    "answered field": (f"{ANSWER} properties new", ABSENT, TEXT, ADDS, BREAKS),
    "answered field required": (f"{ANSWER} required", ["id"], ["id", "status"], ADDS, BREAKS),
    "answered field nullable": (
        f"{ANSWER} properties id type",
        "string",
        ["string", "null"],
        BREAKS,
        ADDS,
    ),
    "answered field of another type": (
        f"{ANSWER} properties id type",
        "string",
        "integer",
        BREAKS,
        BREAKS,
    ),
    "answered object nullable": (
        f"{ANSWER} properties error oneOf",
        [{"$ref": "#/components/schemas/Part"}],
        [{"$ref": "#/components/schemas/Part"}, {"type": "null"}],
        BREAKS,
        ADDS,
    ),
    "another form": (
        f"{ANSWER} properties error oneOf",
        [{"$ref": "#/components/schemas/Part"}],
        [{"$ref": "#/components/schemas/Part"}, TWO_PLACES],
        BREAKS,
        ADDS,
    ),
    "closed enumeration": (f"{ANSWER} properties kind enum", ["one"], ["one", "two"], BREAKS, ADDS),
    "open enumeration": (
        f"{ANSWER} properties status anyOf 0 enum",
        ["queued", "done"],
        ["queued", "done", "lost"],
        ADDS,
        ADDS,
    ),
    "enumeration opened": (
        f"{ANSWER} properties kind",
        {"enum": ["one"]},
        {"anyOf": [{"enum": ["one"]}, TEXT]},
        BREAKS,
        ADDS,
    ),
    "another kind of answer": (
        f"{OK} content application/json schema oneOf",
        [{"$ref": "#/components/schemas/Answer"}],
        [{"$ref": "#/components/schemas/Answer"}, TEXT],
        BREAKS,
        ADDS,
    ),
    "field of an event": (
        f"{OK} content text/event-stream schema properties data type",
        "string",
        ["string", "null"],
        BREAKS,
        ADDS,
    ),
    "payload of an event": (
        f"{OK} content text/event-stream schema properties data contentSchema",
        {"type": "object", "required": ["a"]},
        {"type": "object"},
        BREAKS,
        ADDS,
    ),
    "status": (f"{ASK} responses 404", {}, ABSENT, BREAKS, ADDS),
    "another success": (f"{ASK} responses 202", ABSENT, {}, BREAKS, BREAKS),
    "type of answer": (f"{OK} content text/event-stream", {}, ABSENT, BREAKS, ADDS),
    "header": (f"{OK} headers X-New", ABSENT, {"schema": TEXT}, ADDS, BREAKS),
    "header required": (f"{OK} headers X-Id required", False, True, ADDS, BREAKS),
    # In both directions at once
    "field of both": ("components schemas Part required", ["text"], [], BREAKS, BREAKS),
    # Nothing that a program could notice
    "description": (f"{ANSWER} description", "a", "b", WORDS, WORDS),
    "example": (f"{ANSWER} examples", [1], [2], WORDS, WORDS),
    "evidence": (f"{ASK} x-evidence", ["doc"], ["rec"], WORDS, WORDS),
    "two ways to say null": (
        f"{ANSWER} properties id",
        {"type": ["string", "null"]},
        {"oneOf": [TEXT, {"type": "null"}]},
        WORDS,
        WORDS,
    ),
    "a component written out": (
        f"{ANSWER} properties error",
        {"type": "object", "required": ["text"], "properties": {"text": TEXT}},
        {"allOf": [{"type": "object", "properties": {"text": TEXT}}, {"required": ["text"]}]},
        WORDS,
        WORDS,
    ),
}


def with_part(document: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of the document, in which a place holds the value, or nothing."""
    changed: Any = copy.deepcopy(document)
    part = changed
    *way, last = place.split()
    for key in way:
        part = part[int(key)] if isinstance(part, list) else part[key]
    if value is ABSENT:
        part.pop(last, None)
    else:
        part[int(last) if isinstance(part, list) else last] = value
    return changed  # type: ignore[no-any-return]


def level(old: dict[str, Any], new: dict[str, Any]) -> Level:
    return max(change.level for change in spec_changes(old, new))


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_and_the_way_back(edit: str) -> None:
    """Each edit is found and judged, in both directions."""
    place, before, after, forth, back = EDITS[edit]
    old, new = with_part(SMALL, place, before), with_part(SMALL, place, after)

    assert level(old, new) is forth
    assert level(new, old) is back


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
