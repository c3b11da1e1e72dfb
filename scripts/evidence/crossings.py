"""Requests that break one fact each, and nothing else: made from the schemas of openapi.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Put = Callable[[Any], Any]  # a value to the whole body that has it in its place


class Crossing(NamedTuple):
    """A body that one fact forbids; with the fact's id and the operation that it is sent to."""

    fact: str
    operation_id: str
    body: Any


def crossings(document: dict[str, Any], operation_id: str, base: dict[str, Any]) -> list[Crossing]:
    """One for each fact of the operation's JSON body. `base` is a body that the server accepts."""
    operation = next(
        item["post"]
        for item in document["paths"].values()
        if item["post"]["operationId"] == operation_id
    )
    media = operation["requestBody"]["content"].get("application/json")
    if media is None:
        return []
    made = _Maker(document).of(media["schema"], "", base, lambda value: value)
    first = dict(reversed(list(made)))
    return [Crossing(fact, operation_id, body) for fact, body in reversed(first.items())]


class _Maker:
    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas = document["components"]["schemas"]

    def of(self, schema: Any, id_: str, value: Any, put: Put) -> Iterator[tuple[str, Any]]:
        """Values that break one fact of a schema whose place has this valid value."""
        if "$ref" in schema:
            id_ = schema["$ref"].rpartition("/")[2]
            schema = self._schemas[id_]
        for branch in schema.get("oneOf", ()):
            if branch != {"type": "null"}:
                yield from self.of(branch, id_, self.valid(branch), put)
        for keyword, broken in _broken(schema).items():
            yield f"{id_}/{keyword}", put(broken)
        for word in schema.get("enum", ()):
            yield f"{id_}/{word}", put("没有")
        if isinstance(value, dict):
            yield from self._fields(schema, id_, value, put)
        if "items" in schema:
            one = self.valid(schema["items"])
            for keyword, count in (("maxItems", schema.get("maxItems", -1) + 1), ("minItems", 0)):
                if keyword in schema:
                    yield f"{id_}/{keyword}", put([one] * count)
            yield from self.of(schema["items"], f"{id_}[]", one, lambda value: put([value]))

    def _fields(
        self, schema: Any, id_: str, value: dict[str, Any], put: Put
    ) -> Iterator[tuple[str, Any]]:
        for name in schema.get("required", ()):
            yield f"{id_}.{name}/required", put({k: v for k, v in value.items() if k != name})
        for name, field in schema.get("properties", {}).items():
            inner = value.get(name) or self.valid(field)
            yield from self.of(field, f"{id_}.{name}", inner, _in(value, name, put))
        if isinstance(further := schema.get("additionalProperties"), dict):
            yield from self.of(further, f"{id_}.*", "", lambda value: put({"键": value}))
        if "maxLength" in schema.get("propertyNames", {}):
            key = "键" * (schema["propertyNames"]["maxLength"] + 1)
            yield f"{id_}.*~/maxLength", put({key: ""})
        if "maxProperties" in schema:
            count = schema["maxProperties"] + 1
            yield f"{id_}/maxProperties", put({str(number): "" for number in range(count)})

    def valid(self, schema: Any) -> Any:
        """A value that a schema lets through, as short as it may be."""
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if "oneOf" in schema:
            return self.valid(schema["oneOf"][0])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            fields = schema.get("properties", {})
            return {name: self.valid(fields[name]) for name in schema.get("required", ())}
        if kind == "array":
            return [self.valid(schema["items"])] * schema.get("minItems", 0)
        plain = {"string": "字", "integer": 1, "number": 1, "boolean": False}
        return plain.get(kind)


def _in(value: dict[str, Any], name: str, put: Put) -> Put:
    return lambda inner: put({**value, name: inner})


def _broken(schema: Any) -> dict[str, Any]:
    """A value for each keyword of a text or a number that lets the value not through."""
    broken: dict[str, Any] = {}
    if "minLength" in schema:
        broken["minLength"] = ""
    if "maxLength" in schema:
        broken["maxLength"] = "字" * (schema["maxLength"] + 1)
    if "pattern" in schema:
        broken["pattern"] = "有 空格"
    if "minimum" in schema:
        broken["minimum"] = schema["minimum"] - 1
    if "maximum" in schema:
        broken["maximum"] = schema["maximum"] + 1
    if "const" in schema:
        broken["const"] = "没有"
    return broken
