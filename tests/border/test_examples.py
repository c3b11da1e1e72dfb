"""Every example in openapi.yaml is valid, is read, and is written back without loss."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import jsonschema_rs
import pytest
from appbuilder_assistants import RateLimitError, _operations
from appbuilder_assistants._core.calls import Reply
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._core.responses.decode import status_error
from appbuilder_assistants._core.streams.sse import SseDecoder
from appbuilder_assistants._files.names import disposition_name
from appbuilder_assistants._operations import files

from tests.generated.examples import ALL, KEYS, Example, every_example, readings
from tests.generated.spec import REQUESTS, SPEC, model

RESOURCES = {tag["name"]: tag["x-resource"] for tag in SPEC["tags"]}
CALL = files.files_query(file_id="file-1")


def refusal(header: str, value: str) -> RateLimitError:
    reply = Reply(429, httpx.Headers({header: value}), b"{}")
    error = status_error(CALL, reply, {})
    assert isinstance(error, RateLimitError)
    return error


def upload(file: Any = "f", **query: str) -> dict[str, Any]:
    """The query and the part of the request that uploads a file."""
    request = files.files_create(file=file, **query).request
    assert isinstance(request.body, MultipartBody)
    return {**request.query, request.body.name: request.body.file}


PAYLOADS = {"status": "StreamRunStatus", "message": "StreamRunMessage"}


def written_back(stream: str) -> str:
    """A stream whose events were read by the client and written again."""
    written = ""
    for name, received in SseDecoder().feed(stream.encode("utf-8")):
        payload = model(PAYLOADS[name]).from_dict(json.loads(received))
        data = json.dumps(payload.to_dict(), ensure_ascii=False)
        written += f"event: {name}\ndata: {data}\n\n"
    return written


def written(name: str, value: dict[str, Any]) -> Any:
    """An object that was read and written again, or the body that a request has with its fields."""
    if name not in REQUESTS:
        return model(name).from_dict(value).to_dict()
    resource = RESOURCES[REQUESTS[name]["tags"][0]].rpartition(".")[2]
    operations = importlib.import_module(f"{_operations.__name__}.{resource}")
    method = f"{resource}_{REQUESTS[name]['x-method']}"
    fields = {key: value[key] for key in value if key != "stream"}  # the method decides that
    if build := getattr(operations, f"{method}_body", None):
        sent = {key: one for key, one in build(**fields).items() if one is not None}
    else:
        sent = json.loads(getattr(operations, method)(**fields).request.body)
    return {key: sent.get(key, value.get(key)) for key in {**value, **sent}}  # in the same order


# Readers of examples that are no JSON objects, by place: the reader, and the expected result.
OTHERS: dict[tuple[str, ...], Callable[[Any], tuple[object, object]]] = {
    ("components", "headers", "RequestId"): lambda value: (
        refusal("X-Appbuilder-Request-Id", value).request_id,
        value,
    ),
    ("components", "headers", "RetryAfter"): lambda value: (
        refusal("Retry-After", value).retry_after,
        float(value),
    ),
    ("paths", "/v2/storage/files/download", "post", "responses", "200", "headers"): lambda value: (
        f'attachment; filename="{disposition_name(value)}"',
        value,
    ),
    ("paths", "/v2/storage/files", "post", "parameters", "0"): lambda value: (
        upload(purpose=value)["purpose"],
        value,
    ),
    ("paths", "/v2/threads/runs", "post", "responses", "200", "content", "text/event-stream"): (
        lambda value: (written_back(value), value.rstrip("\n") + "\n\n")
    ),
    ("components", "schemas", "CreateFileRequest"): lambda value: (
        {"file": upload(**value)["file"]},
        value,
    ),
}


def other_reader(example: Example) -> Callable[[Any], tuple[object, object]] | None:
    place = example.owner_place
    return next((read for way, read in OTHERS.items() if place[: len(way)] == way), None)


def named(example: Example) -> str:
    return "/".join(example.place)


@pytest.mark.parametrize("example", ALL, ids=named)
def test_it_comes_back(example: Example) -> None:
    """By every model that has it, in the same order and with nothing lost; by its reader, else.

    An example at a new kind of place fails here until something reads it.
    """
    found = readings(example)
    read = other_reader(example)
    assert found or read, f"nothing reads {named(example)}: teach readings() or OTHERS"

    refused = 0
    for name, value in found:
        try:
            got = written(name, value)
        except ValueError as error:  # an id: several kinds share its schema
            if " is the id of " not in str(error):
                raise
            refused += 1
            continue
        # As text: unlike ==, it distinguishes 1 from True and sees the order of the fields.
        assert json.dumps(got, ensure_ascii=False) == json.dumps(value, ensure_ascii=False)
    assert refused < len(found) or not found
    if read is not None:
        got, expected = read(example.value)
        assert got == expected


@pytest.mark.parametrize("example", ALL, ids=named)
def test_it_is_valid(example: Example) -> None:
    """By the schema that it is an example of."""
    owner = example.owner
    schema = owner.get("schema", owner)
    whole = {"components": SPEC["components"], "allOf": [schema]}
    validator = jsonschema_rs.Draft202012Validator(whole)

    assert [error.message for error in validator.iter_errors(example.value)] == []


def test_none_is_missed() -> None:
    """Every key that may hold examples was looked into, but for a field of that name."""
    keys: list[tuple[str, ...]] = []

    def look(node: Any, place: tuple[str, ...]) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            way = (*place, str(key))
            if key in KEYS and place[-1:] != ("properties",):
                keys.append(way)
            elif isinstance(value, (dict, list)):
                look(value, way)

    look(SPEC, ())

    assert {(*one.owner_place, key) for one in ALL for key in KEYS if key in one.place} >= set(keys)
    assert len(ALL) > 150


@pytest.mark.parametrize(
    "document",
    [
        {"paths": {"/x": {"post": {"requestBody": {"content": {"a/b": {"example": {}}}}}}}},
        {"paths": {"/x": {"parameters": [{"schema": {"examples": [{}]}}]}}},
        {"components": {"schemas": {"X": {"properties": {"a": {"items": {"examples": [{}]}}}}}}},
        {
            "components": {
                "responses": {"X": {"headers": {"Y": {"examples": {"a": {"value": {}}}}}}}
            }
        },
    ],
)
def test_an_example_at_a_new_place_is_seen(document: dict[str, Any]) -> None:
    """An example is found at any place; without a reader of that place its test fails."""
    (found,) = every_example(document)

    assert found.value == {}
    assert readings(found) == []
    assert other_reader(found) is None
