"""The operations of openapi.yaml, as the templates of the wrapper need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appbuilder_mock.pages.python_call import python_name
from appbuilder_mock.pages.spec import snake_case

PAGE = {"limit", "order", "after", "before"}

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A field of a request body, or a parameter of the query."""

    key: str  # its name on the wire
    schema: Schema  # without null; what is within it is resolved, and an object with fields named
    part: str  # the name of the object's schema, or of the list's items
    description: str
    required: bool
    default: Any = None
    is_set_by_client: bool = False

    @property
    def name(self) -> str:
        """Its name in Python."""
        return python_name(self.key)

    @property
    def is_renamed(self) -> bool:
        return self.name != self.key

    @property
    def is_asked(self) -> bool:
        """Whether the caller has to give it."""
        return self.required and self.default is None

    @property
    def is_list(self) -> bool:
        return _type(self.schema) == "array"


@dataclass(frozen=True)
class Operation:
    """One operation."""

    id: str
    path: str
    resource: str
    method: str
    summary: str
    docstring: str
    docstring_all: str
    fields: tuple[Field, ...]  # in the schema's order, without those that the client sets
    positional: tuple[str, ...]
    query: tuple[Field, ...]
    upload: str  # the part of a multipart body
    answer: str  # the schema of the JSON answer, "" if it is a file
    item: str  # of the page that answers
    is_named_file: bool
    is_stream: bool
    idempotent: bool
    null_is_unknown: bool
    timeout: str

    @property
    def is_plain(self) -> bool:
        """Whether it asks with JSON and is answered by JSON only: then its method is generated."""
        return bool(self.answer) and not self.upload and not self.is_stream

    @property
    def constant(self) -> str:
        return snake_case(self.id).upper()

    @property
    def parameters(self) -> list[Field]:
        """The parameters of a call, in the order of the method."""
        named = {one.name: one for one in (*self.fields, *self.query)}
        first = [named.pop(name) for name in self.positional if name in named]
        return first + list(named.values())


class Spec:
    """openapi.yaml, read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self.tags = {tag["name"]: tag for tag in document.get("tags", ())}
        self.operations = [
            self._operation(path, operation)
            for path, methods in document["paths"].items()
            for operation in methods.values()
        ]

    def resources(self) -> dict[str, str]:
        """The path of every resource in a client, with its description."""
        described = {
            tag.get("x-resource", name): tag.get("description", "")
            for name, tag in self.tags.items()
        }
        used = {operation.resource for operation in self.operations}
        return {path: described.get(path, "") for path in sorted(used | described.keys())}

    def parts(self) -> dict[str, dict[str, Field]]:
        """The fields of every object within a request, by the schema; the inner ones first."""
        found: dict[str, dict[str, Field]] = {}

        def visit(name: str) -> None:
            if name and name not in found:
                fields = {one.key: one for one in self.fields(self.schemas[name])}
                for one in fields.values():
                    visit(one.part)
                found[name] = fields

        for operation in self.operations:
            for one in operation.fields:
                visit(one.part)
        return found

    def named_by_users(self) -> list[str]:
        """The objects of successful answers and within requests, which have public types."""
        found: set[str] = set()

        def visit(part: Any) -> None:
            if isinstance(part, list):
                for one in part:
                    visit(one)
            if not isinstance(part, dict):
                return
            for key, one in part.items():
                if key == "$ref" and one.startswith("#/components/") and one not in found:
                    found.add(one)
                    if not one.endswith("/ErrorEnvelope"):
                        visit(self._target(one))
                elif key not in ("example", "examples", "links", "headers"):
                    visit(one)

        for methods in self._document["paths"].values():
            for operation in methods.values():
                visit(operation["responses"]["200"])
        names = {one.rpartition("/")[2] for one in found if "/schemas/" in one} - {"ErrorEnvelope"}
        named = {name for name in names if "properties" in self.schemas[name]}
        return sorted(named | set(self.parts()))

    def fields(self, schema: Schema) -> list[Field]:
        required = schema.get("required", ())
        return [
            self._field(name, one, name in required)
            for name, one in schema.get("properties", {}).items()
        ]

    def resolve(self, schema: Schema) -> tuple[str, Schema]:
        """The schema that is meant, with its name if it has one: no reference, and not null."""
        name = ""
        while True:
            if "$ref" in schema:
                name = schema["$ref"].rpartition("/")[2]
                schema = self._target(schema["$ref"])
                name = schema.get("x-refines", name)
                continue
            alternatives = schema.get("oneOf") or schema.get("anyOf")
            kept = [one for one in alternatives or () if one.get("type") != "null"]
            if len(kept) != 1:
                return name, schema
            [schema] = kept

    def _operation(self, path: str, operation: Mapping[str, Any]) -> Operation:
        tag = operation["tags"][0]
        [(media_type, content)] = operation["requestBody"]["content"].items()
        _, body = self.resolve(content["schema"])
        fields = self.fields(body)
        asked = [one for one in fields if not one.is_set_by_client]
        is_upload = media_type != "application/json"
        response = self._deref(operation["responses"]["200"])
        answers = self._answers(response)
        is_file = "application/octet-stream" in response["content"]
        answer = "" if is_file else answers[0]
        data = self.fields(self.schemas[answer]) if answer else []
        bounds, answered = {one.key for one in asked}, {one.key for one in data}
        is_page = bounds >= PAGE and answered >= {"data", "has_more"}
        method = operation.get("x-method", snake_case(operation["operationId"]))
        return Operation(
            id=operation["operationId"],
            path=path,
            resource=self.tags.get(tag, {}).get("x-resource", tag),
            method=method,
            summary=operation["summary"],
            docstring=operation.get("x-docstring", operation["summary"]),
            docstring_all=operation.get(
                "x-docstring-all", f"Every item of `{method}`; a page is fetched when it is needed."
            ),
            fields=() if is_upload else tuple(asked),
            positional=tuple(
                map(
                    python_name,
                    operation.get("x-positional", [one.key for one in asked if one.required]),
                )
            ),
            query=tuple(self._parameter(one) for one in operation.get("parameters", ())),
            upload=asked[0].key if is_upload else "",
            answer=answer,
            item=next(one.part for one in data if one.key == "data") if is_page else "",
            is_named_file="Content-Disposition" in response.get("headers", {}),
            is_stream="text/event-stream" in response["content"],
            idempotent=operation["x-repeatable"],
            null_is_unknown=method == "query" or "null" in answers,
            timeout=operation.get("x-timeout", "look-up"),
        )

    def _answers(self, response: Mapping[str, Any]) -> list[str]:
        """The schemas of the JSON answer, but for the error's."""
        schema = response["content"].get("application/json", {}).get("schema", {})
        alternatives = schema.get("oneOf", [schema])
        names = [
            one.get("$ref", "").rpartition("/")[2] or one.get("type", "") for one in alternatives
        ]
        return [name for name in names if name != "ErrorEnvelope"]

    def _parameter(self, parameter: Mapping[str, Any]) -> Field:
        schema = {**parameter["schema"], **parameter}
        return self._field(parameter["name"], schema, parameter.get("required", False))

    def _field(self, name: str, schema: Schema, required: bool) -> Field:
        target, resolved = self.resolve(schema.get("schema", schema))
        part = ""
        if _type(resolved) == "object" and "properties" in resolved:
            part = target
        elif _type(resolved) == "array":
            item, inner = self.resolve(resolved["items"])
            part = item if "properties" in inner else ""
        return Field(
            key=name,
            schema=self._expanded(resolved),
            part=part,
            description=schema.get("description") or self._description(schema),
            required=required or schema.get("x-client-required", False),
            default=schema.get("x-client-default"),
            is_set_by_client=schema.get("x-client-sets", False),
        )

    def _expanded(self, schema: Schema) -> Schema:
        """The schema with resolved ones in it; of an object with fields, its name as `x-part`."""
        name, target = self.resolve(schema)
        if name and "properties" in target:
            return {"x-part": name}
        changes: dict[str, Any] = {
            key: [self._expanded(one) for one in target[key]]
            for key in ("oneOf", "anyOf")
            if key in target
        }
        for key in ("items", "additionalProperties"):
            if isinstance(target.get(key), Mapping):
                changes[key] = self._expanded(target[key])
        return {**target, **changes}

    def _description(self, schema: Schema) -> str:
        text: str = self._deref(schema).get("description", "")
        return text

    def _deref(self, part: Schema) -> Schema:
        return self._target(part["$ref"]) if "$ref" in part else part

    def _target(self, reference: str) -> Schema:
        part: Any = self._document
        for key in reference.removeprefix("#/").split("/"):
            part = part[key]
        target: Schema = part
        return target


def _type(schema: Schema) -> str:
    named = schema.get("type", "")
    kinds = [named] if isinstance(named, str) else [one for one in named if one != "null"]
    return kinds[0] if len(kinds) == 1 else ""
