"""Edits of a small document that are found, and which of them break existing programs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scripts.spec_diff.changes import Level
from tests.project.spec_diff.edits import ABSENT, ADDS, BREAKS, WORDS, level, with_part

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


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_and_the_way_back(edit: str) -> None:
    """Each edit is found and judged, in both directions."""
    place, before, after, forth, back = EDITS[edit]
    old, new = with_part(SMALL, place, before), with_part(SMALL, place, after)

    assert level(old, new) is forth
    assert level(new, old) is back
