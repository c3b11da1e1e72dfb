"""openapi.yaml, and what it says about a request body."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from appbuilder_mock.errors import MockApiError, invalid

MAX_BODY = 32 * 1024 * 1024  # bytes
MAX_NESTING = 100  # levels of objects and lists in a body
LONGEST_SHOWN = 200  # characters of a value shown in a message

_HERE = Path(__file__).resolve().parent
# Beside this file in an installed package, at the top of the repository in a source tree.
_PLACES = (_HERE / "openapi.yaml", _HERE.parent.parent / "openapi.yaml")


@dataclass(frozen=True)
class Operation:
    """One operation of the spec and the schemas of its JSON body and its query.

    Without a `validator` it takes no JSON, but an upload.
    """

    id: str
    path: str
    body_required: bool
    validator: Any
    query: Any
    examples: tuple[dict[str, Any], ...]


class Contract:
    """The spec, as text and as one body validator per operationId."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.document: dict[str, Any] = yaml.load(
            text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        self.operations = {
            entry["operationId"]: self._operation(path, entry)
            for path, item in self.document["paths"].items()
            for method, entry in item.items()
            if method == "post"
        }

    def _operation(self, path: str, entry: dict[str, Any]) -> Operation:
        body = entry["requestBody"]
        media = body["content"].get("application/json")
        query = [one for one in entry.get("parameters", ()) if one["in"] == "query"]
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
        )

    def _validator(self, schema: dict[str, Any]) -> Any:
        whole = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.document["components"],
            **schema,
        }
        return jsonschema_rs.validator_for(whole, offline=True)

    def body(self, operation_id: str, content_type: str, raw: bytes) -> dict[str, Any]:
        """The body of a request, held to the contract.

        Raises MockApiError: 415 for another content type, 400 for everything else.
        """
        operation = self.operations[operation_id]
        if not raw and not operation.body_required:
            return {}
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise MockApiError(
                415,
                "unsupported_media_type",
                f"expected a body of type application/json, got {content_type or 'none'}",
            )
        body: dict[str, Any] = _parse(raw)
        self._hold(operation.validator, body)
        return body

    def query(self, operation_id: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """The query of a request, held to the contract. Raises MockApiError, 400."""
        query = dict(parameters)
        self._hold(self.operations[operation_id].query, query)
        return query

    def _hold(self, validator: Any, value: Any) -> None:
        problems = list(validator.iter_errors(value))
        if problems:
            raise self._problem(problems)

    def _problem(self, problems: list[Any]) -> MockApiError:
        problem = _telling(problems)
        # Rules on single fields come before rules on the body as a whole.
        param = _path(problem.instance_path)
        schema = self._at(problem.schema_path)
        message = f"{param or 'body'}: {_expected(problem, schema)}, got {_shown(problem.instance)}"
        if problem.kind.name == "required":
            missing = problem.kind.property
            param = f"{param}.{missing}" if param else missing
            message = f"{param}: expected a value, got nothing"
        return invalid(message, param=param or None)

    def _at(self, path: list[str | int]) -> Any:
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


def _parse(raw: bytes) -> Any:
    """JSON as the standard has it: UTF-8, no NaN, nothing that a float or a text cannot hold."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid(f"the body is not UTF-8: byte {error.start} cannot be read") from None
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_float)
        if "\\u" in text:  # a lone surrogate can be written in JSON, but in no UTF-8 answer
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise invalid("the body holds half of a surrogate pair (\\ud800 to \\udfff)") from None
    except RecursionError:
        raise invalid(f"the body is nested deeper than {MAX_NESTING} levels") from None
    except ValueError as error:
        # What follows the semicolon is advice to whoever runs this Python, not to the caller.
        raise invalid(f"the body is not JSON: {str(error).partition(';')[0]}") from None
    if _nesting(value) > MAX_NESTING:
        raise invalid(f"the body is nested deeper than {MAX_NESTING} levels")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"the number {digits[:40]} is too large")
    return value


def _nesting(value: Any) -> int:
    """How many levels of objects and lists; one more than the limit when there are more."""
    level, depth = [value], 0
    while depth <= MAX_NESTING:
        parts = [part for part in level if isinstance(part, (dict, list))]
        if not parts:
            break
        depth += 1
        level = [x for part in parts for x in (part.values() if isinstance(part, dict) else part)]
    return depth


def _telling(problems: list[Any]) -> Any:
    """The problem to tell the caller: of a choice, what is wrong with the likeliest branch."""
    problem = max(problems, key=lambda one: len(one.instance_path))
    context = getattr(problem.kind, "context", None)
    if not context:
        return problem
    # The branch that went deepest before it failed is the one that was meant; `null` goes nowhere.
    inner = [_telling(branch) for branch in context if branch]
    wrong_kind = [one for one in inner if one.kind.name == "type"]
    meant = [one for one in inner if one not in wrong_kind]
    if not meant:
        return problem
    return max(meant, key=lambda one: len(one.instance_path))


def _path(parts: list[str | int]) -> str:
    """`thread.messages[0].role`."""
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _expected(problem: Any, schema: Any) -> str:
    """What the rule wanted, in words."""
    kind, name = problem.kind, problem.kind.name
    if name == "type":
        return "expected " + " or ".join(kind.types)
    if name in ("oneOf", "anyOf") and (kinds := _kinds(kind)):
        return "expected " + " or ".join(kinds)
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


def _kinds(choice: Any) -> list[str]:
    """The types a choice is between, when it is between types."""
    types = [
        one.kind.types for branch in choice.context for one in branch if one.kind.name == "type"
    ]
    return list(dict.fromkeys(name for names in types for name in names))


def _least(name: str) -> str:
    return "least" if name.startswith("min") else "most"


def _shown(value: Any) -> str:
    text = ""
    for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += part[: LONGEST_SHOWN + 1]
        if len(text) > LONGEST_SHOWN:  # the value may be millions of parts
            return text[:LONGEST_SHOWN] + "…"
    return text
