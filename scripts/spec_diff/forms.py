"""A JSON Schema brought to its forms: one for each JSON type it lets through.

There is more than one of a type where a schema offers several objects. `$ref` with its siblings,
`allOf`, `anyOf`, `oneOf`, lists of types, `null` and `const` all become forms, so that two
spellings of one thing are alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

Schema = dict[str, Any]

NOTES = {
    "$comment",
    "$schema",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "summary",
    "title",
    "writeOnly",
}
"""Keywords that let nothing through and keep nothing out. So do those that begin with `x-`."""

TYPES = ("null", "boolean", "number", "string", "array", "object")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
ONE_TYPE = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), "string"),
    **dict.fromkeys(("contentMediaType", "contentEncoding", "contentSchema"), "string"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items"), "array"),
    **dict.fromkeys(("minProperties", "maxProperties", "required", "properties"), "object"),
    **dict.fromkeys(("additionalProperties", "propertyNames"), "object"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), "number"),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), "number"),
}
"""The keywords that say something of one type only."""

HANDLED = {
    *(*UPPER, *LOWER, "enum", "required", "properties", "items", "additionalProperties"),
    *("propertyNames", "contentSchema"),
}
"""Keywords that are understood; of any other, any change counts as one to both sides."""


@dataclass(eq=False)
class Form:
    """Values of one type, and the keywords that hold for them."""

    type: str  # one of TYPES, or `integer`
    name: str  # of the component or the title, else the type
    keywords: Schema = field(default_factory=dict)
    words: frozenset[str] = frozenset()  # known values of an open enumeration

    @property
    def is_open(self) -> bool:
        return not self.keywords


def forms(schema: Any, document: Mapping[str, Any]) -> list[Form]:
    """The forms of the values that a schema lets through."""
    if isinstance(schema, bool):
        return _own({}) if schema else []
    parts = [_own(schema)]
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        target = forms(resolve(schema["$ref"], document), document)
        parts.append([_named(form, name) for form in target])
    parts += [forms(one, document) for one in schema.get("allOf", ())]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            parts.append([form for one in schema[choice] for form in forms(one, document)])
    found = parts[0]
    for part in parts[1:]:
        found = [both for one, other in product(found, part) if (both := _both(one, other))]
    if isinstance(title := schema.get("title"), str):
        found = [_named(form, title) for form in found]
    return _without_known_words(found)


def resolve(ref: str, document: Mapping[str, Any]) -> Any:
    """The target of a `#/…` reference of the document."""
    place: Any = document
    for key in ref.removeprefix("#/").split("/"):
        place = place[key.replace("~1", "/").replace("~0", "~")]
    return place


def is_note(keyword: str) -> bool:
    return keyword in NOTES or keyword.startswith("x-")


def _own(schema: Schema) -> list[Form]:
    """The forms of a schema's own keywords."""
    ruled = {k: v for k, v in schema.items() if not is_note(k)}
    for structural in ("$ref", "allOf", "anyOf", "oneOf"):
        ruled.pop(structural, None)
    if "const" in ruled:
        ruled["enum"] = [ruled.pop("const")]
    named = ruled.pop("type", None)
    names = [named] if isinstance(named, str) else named or list(TYPES)
    if "number" in names:
        names = [name for name in names if name != "integer"]
    found = []
    for name in names:
        plain = "number" if name == "integer" else name
        keywords = {k: v for k, v in ruled.items() if ONE_TYPE.get(k, plain) == plain}
        if "enum" in keywords:
            keywords["enum"] = [value for value in keywords["enum"] if _is(value, name)]
            if not keywords["enum"]:
                continue
            if name in ("null", "boolean") and len(keywords["enum"]) == (name == "boolean") + 1:
                del keywords["enum"]  # all there are
        found.append(Form(name, name, keywords))
    return found


def _is(value: object, name: str) -> bool:
    if name == "null" or value is None:
        return name == "null" and value is None
    if name == "boolean" or isinstance(value, bool):
        return name == "boolean" and isinstance(value, bool)
    kinds = {"string": str, "array": list, "object": dict, "integer": int}
    return isinstance(value, kinds.get(name, (int, float)))


def _named(form: Form, name: str) -> Form:
    return Form(form.type, name if form.type == "object" else form.name, form.keywords, form.words)


def _both(one: Form, other: Form) -> Form | None:
    """A form that lets through what both let through."""
    kinds = {one.type, other.type}
    if kinds == {"integer", "number"}:
        kinds = {"integer"}
    if len(kinds) > 1:
        return None
    (kind,) = kinds
    name = other.name if one.name in TYPES else one.name
    keywords = dict(one.keywords)
    for key, value in other.keywords.items():
        keywords[key] = _merged(key, keywords[key], value) if key in keywords else value
    if keywords.get("enum") == []:
        return None
    return Form(kind, name, keywords, one.words | other.words)


def _merged(key: str, one: Any, other: Any) -> Any:
    if key == "properties":
        return {
            **one,
            **{k: {"allOf": [one[k], v]} if k in one else v for k, v in other.items()},
        }
    if key == "required":
        return sorted({*one, *other})
    if key == "enum":
        return [value for value in one if value in other]
    if key in UPPER:
        return min(one, other)
    if key in LOWER:
        return max(one, other)
    if key in HANDLED:  # a schema
        return {"allOf": [one, other]}
    return one if one == other else [one, other]


def _without_known_words(found: list[Form]) -> list[Form]:
    """An enumeration beside any text is open: its values are words that are known, no rule."""
    kept = []
    for kind in dict.fromkeys(form.type for form in found):
        alike = [form for form in found if form.type == kind]
        anything = next((form for form in alike if form.is_open), None)
        if anything is None or kind in ("object", "array"):
            kept += alike
            continue
        words = {str(word) for form in alike for word in form.keywords.get("enum", ())}
        known = frozenset(words).union(*(form.words for form in alike))
        kept.append(Form(kind, anything.name, {}, known))
    return kept


def bare(value: Any) -> Any:
    """A schema without its notes."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {name: bare(one) for name, one in part.items()}
        if key == "properties" and isinstance(part, dict)
        else bare(part)
        for key, part in value.items()
        if not is_note(key)
    }
