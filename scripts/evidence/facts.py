"""The facts that openapi.yaml claims, and the marks that stand beside them.

A fact is a number, a unit, an order, a limit, a required field, a word or a default. Its mark is in
an `x-evidence` map, by its keyword: beside it, or at a part of the document that it is in, for all
facts of that keyword which have no mark nearer to them. A list in place of the map is for the part
itself, its name, its type and its meaning, and covers no fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MARKS = ("seed", "rec", "sdk", "doc", "unknown")

LIMITS = (
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "minProperties"),
    *("maxProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
)
OURS = ("x-default", "x-unit", "x-order", "x-form", "x-repeatable")
"""Facts that no keyword of OpenAPI can hold: the server's default, a unit, the order of a list, the
form of an id, and whether a call may be repeated."""

KEYWORDS = (*LIMITS, "required", "enum", "const", "default", *OURS)
MAP_KEYS = ("here", "description", "body", *KEYWORDS)
"""`here` is the part itself, `description` what its description says beyond the keywords, and
`body` that an operation needs one."""

IN_WORDS = re.compile(
    r"(?<![\w`'.-])\d[\d.,]*|milliseconds|\bseconds\b|(?:newest|oldest) first"
    r"|[Dd]efaults to|[Oo]mitted"
)

METHODS = ("get", "put", "post", "delete", "patch")
DATA = ("example", "examples", "x-evidence", "links")


@dataclass(frozen=True)
class Fact:
    """One claim. `id` is where it is and its keyword, as `File.create_at/x-unit`."""

    id: str
    keyword: str
    value: Any
    marks: tuple[str, ...]
    sources: tuple[str, ...]
    operations: frozenset[str] = frozenset()


class Marks:
    """The marks that hold at a part of the document."""

    def __init__(self, found: Mapping[str, Any] | None = None) -> None:
        self._found = dict(found or {})

    def within(self, part: Mapping[str, Any]) -> Marks:
        """Those of a part: its own before those around it; words of one keyword are not joined."""
        around = {key: value for key, value in self._found.items() if key != "description"}
        own = part.get("x-evidence", {})
        return Marks({**around, **(own if isinstance(own, dict) else {"here": own})})

    def of(self, keyword: str, word: object = None) -> list[str]:
        """The marks of a fact; each may be followed by the place in its source."""
        found = self._found.get(keyword, ())
        if isinstance(found, dict):
            found = found.get(word, found.get("others", ()))
        return [found] if isinstance(found, str) else list(found)


def facts(document: dict[str, Any]) -> list[Fact]:
    """Every fact of the document, in its order."""
    return list(_Walk(document).facts())


class _Walk:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._everywhere = Marks().within(document)

    def facts(self) -> Iterator[Fact]:
        for item in self._document.get("paths", {}).values():
            for method in METHODS:
                if method in item:
                    yield from self._operation(item[method])
        components = self._document.get("components", {})
        for kind in ("responses", "headers", "parameters", "requestBodies"):
            for name, part in components.get(kind, {}).items():
                yield from self._part(part, f"{name} ({kind})", self._everywhere)
        for name, schema in components.get("schemas", {}).items():
            yield from self._part(schema, name, self._everywhere)

    def _operation(self, operation: dict[str, Any]) -> Iterator[Fact]:
        id_ = operation["operationId"]
        marks = self._everywhere.within(operation)
        yield from self._own(operation, id_, marks)
        for parameter in operation.get("parameters", ()):
            yield from self._part(parameter, f"{id_}?{parameter['name']}", marks)
        body = self._resolved(operation.get("requestBody", {}))
        if body.get("required"):
            yield _fact(f"{id_}/body", "body", True, marks.within(body).of("body"))
        yield from self._part(body.get("content", {}), f"{id_} body", marks.within(body))
        for status, response in operation.get("responses", {}).items():
            shared = self._resolved(response)
            known = Marks().within(shared).of("here") or marks.of("here")
            yield _fact(f"{id_} {status}", "status", status, known)
            yield from self._part(response, f"{id_} {status}", marks)

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        place: Any = self._document
        if "$ref" not in part:
            return part
        for key in part["$ref"].removeprefix("#/").split("/"):
            place = place[key]
        found: dict[str, Any] = place
        return found

    def _part(self, part: Any, id_: str, around: Marks) -> Iterator[Fact]:
        """The facts of a part, and of the parts in it."""
        if isinstance(part, list):
            for one in part:
                yield from self._part(one, id_, around)
        if not isinstance(part, dict):
            return
        marks = around.within(part)
        yield from self._own(part, id_, marks)
        for key, value in part.items():
            if key in DATA or key in KEYWORDS or key == "$ref":
                continue
            if key == "properties":
                for name, field in value.items():
                    yield from self._part(field, f"{id_}.{name}", marks)
            elif key == "headers":
                for name, header in value.items():
                    yield from self._part(header, f"{id_} {name}", marks)
            elif key in ("items", "additionalProperties", "propertyNames"):
                place = {"items": "[]", "additionalProperties": ".*", "propertyNames": ".*~"}[key]
                yield from self._part(value, f"{id_}{place}", marks)
            else:
                yield from self._part(value, f"{id_} else" if key == "else" else id_, marks)

    def _own(self, part: dict[str, Any], id_: str, marks: Marks) -> Iterator[Fact]:
        """The facts of a part's own keywords."""
        for keyword in KEYWORDS:
            if keyword not in part:
                continue
            value = part[keyword]
            if keyword in ("required", "enum") and isinstance(value, list):
                for word in value:
                    place = f"{id_}.{word}/required" if keyword == "required" else f"{id_}/{word}"
                    yield _fact(place, keyword, word, marks.of(keyword, word))
            elif value is not False or keyword != "required":
                yield _fact(f"{id_}/{keyword}", keyword, value, marks.of(keyword))
        said = part.get("description", "")
        if isinstance(said, str) and (words := self._only_in_words(part, said)):
            known = Marks().within(part).of("description")
            yield _fact(f"{id_}/description", "description", ", ".join(words), known)

    def _only_in_words(self, part: dict[str, Any], said: str) -> list[str]:
        """Claims of a description that no keyword of the same part makes."""
        whole = {**self._resolved(part), **part}
        within = [whole, whole.get("propertyNames"), whole.get("additionalProperties")]
        held = {
            str(one[keyword])
            for one in within
            if isinstance(one, dict)
            for keyword in KEYWORDS
            if keyword in one
        }
        held |= {
            one for key in ("pattern", "x-form") for one in re.findall(r"\d+", whole.get(key, ""))
        }
        held |= {"Defaults to", "omitted"} if "x-default" in whole else set()
        found = (one.rstrip(".,") for one in IN_WORDS.findall(said))
        return list(dict.fromkeys(one for one in found if one not in held))


def _fact(id_: str, keyword: str, value: Any, known: list[str]) -> Fact:
    """With the marks and what follows them."""
    marks = tuple(one.partition(" ")[0] for one in known)
    sources = tuple(one.partition(" ")[2].strip("()") for one in known)
    return Fact(id_, keyword, value, marks, sources)
