"""openapi.yaml as the reference reads it: operations by tag, references followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from appbuilder_mock.pages.schemas import Schema

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


class DocumentedOperation(NamedTuple):
    method: str
    path: str
    definition: Schema  # as the spec has it, with the parameters of its path
    resource: str | None = None  # of the Python client, such as threads.runs

    @property
    def id(self) -> str:
        return str(self.definition["operationId"])

    @property
    def python_method(self) -> str | None:
        """Such as `threads.runs.run`; None for an operation without a tag, which has no method."""
        name = self.definition.get("x-method") or snake_case(self.id)
        return f"{self.resource}.{name}" if self.resource and name else None


class Spec:
    """One description of an API, and the labels to show it with."""

    def __init__(self, document: dict[str, Any], labels: dict[str, str]) -> None:
        self.document = document = with_plain_values(document)
        self.labels = labels
        resources = {
            one["name"]: one.get("x-resource", one["name"]) for one in document.get("tags", ())
        }
        self.operations = [
            DocumentedOperation(
                method,
                path,
                _with_shared(item, item[method]),
                resources.get(tag := (item[method].get("tags") or [""])[0], tag or None),
            )
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ]

    def by_tag(self) -> Iterator[tuple[str, str, list[DocumentedOperation]]]:
        """Each tag in use, its description and its operations; an operation once, by its first."""
        described = {
            one["name"]: one.get("description", "") for one in self.document.get("tags", ())
        }
        first = [(one.definition.get("tags") or [""])[0] for one in self.operations]
        for tag in dict.fromkeys([*described, *first]):
            of_tag = [one for one, its in zip(self.operations, first, strict=True) if its == tag]
            if of_tag:
                yield tag, described.get(tag, ""), of_tag

    def components(self, kind: str) -> Schema:
        found: Schema = self.document["components"].get(kind, {})
        return found

    def resolved(self, part: Schema) -> Schema:
        """The part itself, or what it refers to."""
        while "$ref" in part:
            place: Any = self.document
            for key in part["$ref"].removeprefix("#/").split("/"):
                place = place[key]
            part = place
        return part

    def statuses_of(self, answer: str) -> list[str]:
        """Under which statuses operations give a shared answer."""
        reference = f"#/components/responses/{answer}"
        return sorted(
            {
                status
                for one in self.operations
                for status, given in one.definition["responses"].items()
                if given.get("$ref") == reference
            }
        )


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def in_language(document: dict[str, Any], language: str) -> dict[str, Any]:
    """The document with its texts in this language, where it has them."""
    if language == "en":
        return document

    def translated(part: Any) -> Any:
        if isinstance(part, list):
            return [translated(one) for one in part]
        if not isinstance(part, dict):
            return part
        texts = {
            key: part[own]
            for key in ("description", "summary", "title")
            if isinstance(part.get(own := f"x-{key}-{language}"), str)
        }
        return {**{key: translated(value) for key, value in part.items()}, **texts}

    found: dict[str, Any] = translated(document)
    return found


def with_plain_values(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the limits of a text, number or list where a field refers to them.

    Objects and words that the server may extend stay references: they are long.
    """
    prefix = "#/components/schemas/"
    plain = {
        prefix + name: schema
        for name, schema in document.get("components", {}).get("schemas", {}).items()
        if "properties" not in schema and "anyOf" not in schema
    }

    def written_out(part: Any) -> Any:
        if isinstance(part, list):
            return [written_out(one) for one in part]
        if not isinstance(part, dict):
            return part
        if isinstance(reference := part.get("$ref"), str) and reference in plain:
            beside = {key: value for key, value in part.items() if key != "$ref"}
            return written_out({**plain[reference], **beside})
        return {key: written_out(value) for key, value in part.items()}

    found: dict[str, Any] = written_out(document)
    return found


def _with_shared(item: Schema, operation: Schema) -> Schema:
    shared = item.get("parameters", [])
    return {**operation, "parameters": [*shared, *operation.get("parameters", [])]}
