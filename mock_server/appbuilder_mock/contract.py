"""openapi.yaml, and the validation of requests by it."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from appbuilder_mock.errors import MockApiError, invalid
from appbuilder_mock.middleware.json_body import parse

LONGEST_SHOWN = 200  # characters of a value shown in a message
SMALL = 64 * 1024  # bytes of a body that is read and validated in a millisecond or two

_HERE = Path(__file__).resolve().parent
# Beside this file in an installed package, at the top of the repository in a source tree.
_PLACES = (_HERE / "openapi.yaml", _HERE.parent.parent / "openapi.yaml")


@dataclass(frozen=True)
class ExampleAnswer:
    """An answer that the spec has as an example: a text as it is sent, or a JSON value."""

    status: int
    media_type: str | None
    value: Any


@dataclass(frozen=True)
class Operation:
    """One operation of the spec and the schemas of its JSON body and its query.

    Without a `validator` it takes no JSON, but an upload. `example` is that of its good answer. The
    validators are made at the first use, as most servers see few operations.
    """

    id: str
    path: str
    body_required: bool
    validator: Callable[[], Any] | None
    query: Callable[[], Any]
    examples: tuple[dict[str, Any], ...]
    example: ExampleAnswer | None


class Contract:
    """The spec, as text and as one body validator per operationId."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.document: dict[str, Any] = yaml.load(
            text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        self._frame = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": _with_lazy_choices(self.document["components"]),
        }
        self.operations = {
            entry["operationId"]: self._operation(path, entry)
            for path, item in self.document["paths"].items()
            for method, entry in item.items()
            if method == "post"
        }

    def _operation(self, path: str, entry: dict[str, Any]) -> Operation:
        body = self._resolved(entry.get("requestBody", {}))
        media = body.get("content", {"application/json": {"schema": {}}}).get("application/json")
        parameters = map(self._resolved, entry.get("parameters", ()))
        query = [one for one in parameters if one["in"] == "query"]
        return Operation(
            entry["operationId"],
            path,
            bool(body.get("required", False)),
            self._validator(media["schema"]) if media else None,
            self._validator(
                {
                    "properties": {one["name"]: one["schema"] for one in query},
                    "required": [one["name"] for one in query if one.get("required")],
                }
            ),
            tuple(example["value"] for example in (media or {}).get("examples", {}).values()),
            self._example(entry["responses"]),
        )

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        """The part itself, or what it refers to."""
        while "$ref" in part:
            part = self._at(part["$ref"].removeprefix("#/").split("/"))
        return part

    def _example(self, responses: dict[str, Any]) -> ExampleAnswer | None:
        """Of the first good response the first example, or that of its schema."""
        status = next((one for one in responses if one.startswith("2")), None)
        if status is None:
            return None
        number = int(status) if status.isdigit() else 200
        content = self._resolved(responses[status]).get("content", {})
        for media_type, media in content.items():
            for value in self._examples(media):
                return ExampleAnswer(number, media_type, value)
        return None if content else ExampleAnswer(number, None, "")

    def _examples(self, part: dict[str, Any]) -> Iterator[Any]:
        """The examples of a media type or schema; if it has none, those of its schema."""
        part = self._resolved(part)
        if "example" in part:
            yield part["example"]
        examples = part.get("examples", ())
        if isinstance(examples, dict):
            yield from (one["value"] for one in map(self._resolved, examples.values()))
        else:
            yield from examples
        for one in (part.get("schema", {}), *part.get("oneOf", ()), *part.get("anyOf", ())):
            if one:
                yield from self._examples(one)

    def _validator(self, schema: dict[str, Any]) -> Callable[[], Any]:
        @functools.cache
        def make() -> Any:
            return jsonschema_rs.validator_for(
                {**self._frame, **_with_lazy_choices(schema)}, offline=True
            )

        return make

    def _of_body(self, operation_id: str) -> Any:
        make = self.operations[operation_id].validator
        assert make
        return make()

    def body(self, operation_id: str, content_type: str, raw: bytes) -> dict[str, Any]:
        """The body of a request, validated by the contract.

        Raises MockApiError: 415 for another content type, 400 for everything else.
        """
        body = self._parsed(operation_id, content_type, raw)
        self._validate(self._of_body(operation_id), body)
        return body

    async def body_in_steps(
        self, operation_id: str, content_type: str, raw: bytes
    ) -> dict[str, Any]:
        """As `body`; other requests have their turn after each step of a large one."""
        body = self._parsed(operation_id, content_type, raw)
        await _yield_to_others(raw)
        self._validate(self._of_body(operation_id), body)
        await _yield_to_others(raw)
        return body

    def _parsed(self, operation_id: str, content_type: str, raw: bytes) -> dict[str, Any]:
        if not raw and not self.operations[operation_id].body_required:
            return {}
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise MockApiError(
                415,
                "unsupported_media_type",
                f"expected a body of type application/json, got {content_type or 'none'}",
            )
        body: dict[str, Any] = parse(raw)
        return body

    def query(self, operation_id: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """The query of a request, validated by the contract. Raises MockApiError, 400."""
        query = dict(parameters)
        self._validate(self.operations[operation_id].query(), query)
        return query

    def _validate(self, validator: Any, value: Any) -> None:
        """Stop at the first problem: a list of a million wrong items has a million of them."""
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as problem:
            raise self._explained(problem) from None

    def _explained(self, problem: Any) -> MockApiError:
        param = _path(problem.instance_path)
        schema = self._at(problem.schema_path)
        message = f"{param or 'body'}: {_expected(problem, schema)}, got {_shown(problem.instance)}"
        if problem.kind.name == "required":
            missing = problem.kind.property
            param = f"{param}.{missing}" if param else missing
            message = f"{param}: expected a value, got nothing"
        if reason := self._condition(problem.schema_path):
            message += f". {reason}"
        return invalid(message, param=param or None)

    def _condition(self, path: list[str | int]) -> str:
        """The description of the case that a rule is for, if it is for one case only."""
        if "else" not in path:
            return ""
        case = self._at(path[: path.index("else") + 1]) or {}
        return str(case.get("description", "")).strip().rstrip(".")

    def _at(self, path: Sequence[str | int]) -> Any:
        """The part of the spec that a problem's path leads to."""
        place: Any = self.document
        for key in path:
            try:
                place = place[key]
            except (KeyError, IndexError, TypeError):
                return None
        return place


@functools.cache
def the_contract() -> Contract:
    """The contract of this distribution; read once a process."""
    for place in _PLACES:
        if place.is_file():
            return Contract(place.read_bytes())
    raise FileNotFoundError(f"openapi.yaml is at none of {', '.join(map(str, _PLACES))}")


async def _yield_to_others(raw: bytes) -> None:
    """Let other tasks act when a step has taken long."""
    if len(raw) > SMALL:
        await asyncio.sleep(0)


def _with_lazy_choices(part: Any) -> Any:
    """The same schema, with "this or null" written so that its first problem is found at once.

    Of a `oneOf`, the validator collects every problem of every branch before it reports one; of
    `if` and `else`, only what is asked for.
    """
    if isinstance(part, list):
        return [_with_lazy_choices(one) for one in part]
    if not isinstance(part, dict):
        return part
    schema = {key: _with_lazy_choices(value) for key, value in part.items()}
    match schema.get("oneOf"):
        case [other, {"type": "null"}]:
            del schema["oneOf"]
            schema |= {"if": {"type": "null"}, "else": other}
    return schema


def _path(parts: list[str | int]) -> str:
    """`thread.messages[0].role`."""
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _expected(problem: Any, schema: Any) -> str:
    """The rule that was broken, in words."""
    kind, name = problem.kind, problem.kind.name
    if name == "type":
        return "expected " + " or ".join([*kind.types, *["null"] * _or_null(problem)])
    if name in ("minLength", "maxLength"):
        return f"expected at {_least(name)} {kind.limit} characters"
    if name in ("minItems", "maxItems"):
        return f"expected at {_least(name)} {kind.limit} items"
    if name in ("minProperties", "maxProperties"):
        return f"expected at {_least(name)} {kind.limit} pairs"
    if name in ("minimum", "maximum"):
        return f"expected at {_least(name)} {kind.limit}"
    if name == "pattern":
        return f"expected a text that matches {kind.pattern}"
    if name == "enum":
        return "expected one of " + ", ".join(_shown(option) for option in kind.options)
    if name == "const":
        return f"expected {_shown(kind.expected_value)}"
    if name == "propertyNames":
        return f"expected other names: {kind.error.message[:LONGEST_SHOWN]}"
    if name == "not" and isinstance(schema, dict) and "description" in schema:
        return f"not allowed: {schema['description'].strip().rstrip('.')}"
    message: str = problem.message
    return f"expected otherwise: {message[:LONGEST_SHOWN]}"


def _or_null(problem: Any) -> bool:
    """Whether the value might have been null as well: see _with_lazy_choices."""
    *path, _ = problem.evaluation_path
    return next((key for key in reversed(path) if key != "$ref"), "") == "else"


def _least(name: str) -> str:
    return "least" if name.startswith("min") else "most"


def _shown(value: Any) -> str:
    text = ""
    for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += part[: LONGEST_SHOWN + 1]
        if len(text) > LONGEST_SHOWN:  # the value may be millions of parts
            return text[:LONGEST_SHOWN] + "…"
    return text
