"""openapi.yaml, and its operations, examples and links."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from schemathesis import Case

PATH = Path(__file__).parents[2] / "openapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))  # a constant
ERROR = {"$ref": "#/components/schemas/ErrorEnvelope"}


class DocumentedResponse(NamedTuple):
    """One documented response of an operation."""

    operation_id: str
    status: str
    media_type: str


class Document:
    """openapi.yaml for one target: its examples name objects that exist there.

    `ids` are the target's, by the ids in the file. All else in it is the same for each target, and
    is read by the functions below.
    """

    def __init__(self, ids: Mapping[str, str] | None = None) -> None:
        self.raw: dict[str, Any] = _renamed(DOCUMENT, ids or {})

    def example(self, operation_id: str) -> dict[str, Any]:
        """The body of the operation's first example."""
        operation = operations(self.raw)[operation_id]
        media = _media(operation)
        if "examples" not in media:  # of a multipart body
            [body, *_] = body_schema(operation)["examples"]
            return dict(body)
        return dict(next(iter(media["examples"].values()))["value"])

    def examples(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every example of a JSON body, with the operation that it is for."""
        for operation_id, operation in operations(self.raw).items():
            for one in _media(operation).get("examples", {}).values():
                yield operation_id, dict(one["value"])


def _renamed(part: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _renamed(value, ids) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(value, ids) for value in part]
    return ids.get(part, part) if isinstance(part, str) else part


def operations(document: Mapping[str, Any] = DOCUMENT) -> dict[str, dict[str, Any]]:
    """Each operation by its operationId."""
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }


def path(operation_id: str) -> str:
    """The path of the operation."""
    return next(path for path, name in operations_by_path().items() if name == operation_id)


@functools.cache
def operations_by_path() -> dict[str, str]:
    """The operationId at each path."""
    return {path: item["post"]["operationId"] for path, item in DOCUMENT["paths"].items()}


@functools.cache
def answered_schema(operation_id: str) -> str:
    """The name of the schema of a success; of a list, that of its items; empty for bytes."""
    content = resolved(operations()[operation_id]["responses"]["200"])["content"]
    [success, *_] = content["application/json"]["schema"].get("oneOf", [{}])
    success = resolved(success).get("properties", {}).get("data", {}).get("items", success)
    return str(success.get("$ref", "")).rpartition("/")[2]


@functools.cache
def _answered_fields(operation_id: str) -> frozenset[str]:
    content = resolved(operations()[operation_id]["responses"]["200"])["content"]
    [success, *_] = content["application/json"]["schema"]["oneOf"]
    return frozenset(resolved(success)["properties"])


def known(operation_id: str, answer: dict[str, Any]) -> dict[str, Any]:
    """An object that was answered, without fields that the spec does not name, such as `log_id`.

    They may be there, and be others in each answer.
    """
    return {key: value for key, value in answer.items() if key in _answered_fields(operation_id)}


@functools.cache
def answered_id_field(operation_id: str) -> str:
    """The request's field with the id of the object in the response; empty if there is none.

    That is the last id of those that look up, change or delete one thing.
    """
    if operation_id.startswith(("create", "list", "read", "download")):
        return ""
    return required_ids(operation_id)[-1]


@functools.cache
def required_ids(operation_id: str) -> list[str]:
    """The fields of a request that name what must be there."""
    required = body_schema(operations()[operation_id]).get("required", ())
    return [name for name in required if name.endswith("_id")]


@functools.cache
def is_paged(operation_id: str) -> bool:
    return "after" in body_schema(operations()[operation_id])["properties"]


@functools.cache
def fields(operation_id: str) -> frozenset[str]:
    """The fields that a request may have at its top, in its body and its query."""
    operation = operations()[operation_id]
    parameters = (one["name"] for one in operation.get("parameters", ()))
    return frozenset((*body_schema(operation)["properties"], *parameters))


def successes() -> Iterator[DocumentedResponse]:
    """Every documented success: a form of answer under 2xx that is more than an error."""
    for operation_id in operations():
        for answer in answers(operation_id):
            if answer.status.startswith("2"):
                yield answer


def answers(operation_id: str) -> Iterator[DocumentedResponse]:
    """Every documented answer of an operation, but for errors under 2xx.

    Bytes of the type application/octet-stream are bytes of any type.
    """
    for status, response in operations()[operation_id]["responses"].items():
        for media_type, media in resolved(response)["content"].items():
            if media_type == "application/octet-stream" and answers_bytes(operation_id):
                continue
            if not status.startswith("2") or media["schema"] != ERROR:
                yield DocumentedResponse(operation_id, status, media_type)


def answers_bytes(operation_id: str) -> bool:
    """Whether a success is bytes of any type, JSON too."""
    return "*/*" in resolved(operations()[operation_id]["responses"]["200"])["content"]


def links() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every link: the operation it leads from, its name, and the link."""
    for operation_id, operation in operations().items():
        for response in operation["responses"].values():
            for name, link in resolved(response).get("links", {}).items():
                yield operation_id, name, link


def query_example(operation_id: str) -> dict[str, Any]:
    """The parameters of an example's query."""
    parameters = operations()[operation_id].get("parameters", ())
    return {one["name"]: one["example"] for one in parameters if one["in"] == "query"}


def media_type(operation_id: str) -> str:
    """The one type that the operation's body may have."""
    [media_type] = operations()[operation_id]["requestBody"]["content"]
    return str(media_type)


def body_schema(operation: dict[str, Any]) -> dict[str, Any]:
    return resolved(_media(operation)["schema"])


def body_of(case: Case[Any]) -> dict[str, Any]:
    """The body of a request; empty when it is not an object, which is not so of positive data."""
    return case.body if isinstance(case.body, dict) else {}


def operation_of(case: Case[Any]) -> str:
    """The operationId of what a case is for."""
    operation_id: str = case.operation.definition.raw["operationId"]
    return operation_id


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or what it refers to."""
    if "$ref" not in part:
        return part
    place: Any = DOCUMENT
    for key in part["$ref"].removeprefix("#/").split("/"):
        place = place[key]
    found: dict[str, Any] = place
    return found


def _media(operation: dict[str, Any]) -> dict[str, Any]:
    [media] = operation["requestBody"]["content"].values()
    found: dict[str, Any] = media
    return found
