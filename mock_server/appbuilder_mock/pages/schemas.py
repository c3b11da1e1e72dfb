"""A schema of openapi.yaml in words: its type, its limits, its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from appbuilder_mock.pages.markup import Html, el, joined, safe
from appbuilder_mock.pages.prose import inline, prose

Schema = dict[str, Any]
Labels = dict[str, str]

# words.yaml has the words of each.
LIMITS = (
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    *("pattern", "format", "contentMediaType", "default"),
)

TYPES = {
    "any": "type_any",
    "string": "type_string",
    "integer": "type_integer",
    "number": "type_number",
    "boolean": "type_boolean",
    "object": "type_object",
    "null": "type_null",
}


class Field(NamedTuple):
    path: str
    schema: Schema
    required: bool


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def shown(value: object) -> Html:
    return el("code", value if isinstance(value, str) and value else json.dumps(value))


def object_link(reference: str) -> Html:
    name = reference.rsplit("/", 1)[-1]
    return el("a", name, href=f"#object-{name}")


def evidence(part: Schema) -> Html:
    """Badges of the evidence for the facts here, where the spec has it."""
    badges = [
        el("a", f"{what}{mark}", href="#about", class_=_badge(mark)) for what, mark in _marks(part)
    ]
    return el("span", joined(badges, " "), class_="badges") if badges else Html()


def _marks(part: Schema) -> Iterator[tuple[str, str]]:
    """Of the part itself; then of its keywords, each after the keyword and its words."""
    marks = part.get("x-evidence") or []
    by_keyword = marks if isinstance(marks, dict) else {"here": marks}
    for keyword, known in by_keyword.items():
        of_words = known if isinstance(known, dict) else {"": known}
        for word, found in of_words.items():
            what = " ".join(filter(None, ("" if keyword == "here" else keyword, str(word))))
            for mark in [found] if isinstance(found, str) else found:
                yield f"{what}: " if what else "", mark


def _badge(mark: str) -> str:
    return "badge unknown" if mark == "unknown" else "badge"


def type_of(schema: Schema, labels: Labels) -> Html:
    """`text or null`, `list of ToolCall`, `one of "a", "b"`."""
    if "$ref" in schema:
        return object_link(schema["$ref"])
    for choice in ("oneOf", "anyOf"):
        if choice in schema and not _only_narrows(schema[choice]):
            return _either(schema[choice], labels)
    if "contentSchema" in schema:
        return joined([labels["json_text"], " ", type_of(schema["contentSchema"], labels)])
    if "const" in schema:
        return joined([labels["constant"], " ", shown(schema["const"])])
    if "enum" in schema:
        return joined((shown(value) for value in schema["enum"]), labels["or"])
    types = schema.get("type", "any")
    names = types if isinstance(types, list) else [types]
    lists = "array" in names or "object" in names
    parts = (_named(name, schema, labels) for name in names)
    return joined(parts, labels["or_after_list"] if lists else labels["or"])


def _either(branches: list[Schema], labels: Labels) -> Html:
    """A choice; of words that the server may extend, the known ones and "another"."""
    words = [branch for branch in branches if "enum" in branch]
    if words and {"type": "string"} in branches:
        known = [type_of(branch, labels) for branch in words]
        return joined([*known, labels["another_text"]], labels["or"])
    return joined((type_of(branch, labels) for branch in branches), labels["or"])


def _only_narrows(branches: list[Schema]) -> bool:
    """Whether the branches add to the schema they stand in, rather than name types."""
    return all("properties" in branch or "required" in branch for branch in branches)


def _named(name: str, schema: Schema, labels: Labels) -> Html:
    if name == "array":
        return joined([labels["list_of"], type_of(schema.get("items") or {}, labels)])
    if name == "object" and isinstance(schema.get("additionalProperties"), dict):
        return joined([labels["object_of"], type_of(schema["additionalProperties"], labels)])
    if name == "string" and schema.get("format") == "binary":
        return safe(labels["bytes"])
    return safe(labels[TYPES[name]])


def limits_of(schema: Schema, labels: Labels) -> list[Html]:
    """The limits of a value, beyond its type; of its parts without a name, too."""
    limits = [_limit(labels[keyword], schema[keyword]) for keyword in LIMITS if keyword in schema]
    for keyword, owner in (
        ("propertyNames", "of_name"),
        ("additionalProperties", "of_value"),
        ("items", "of_item"),
    ):
        if isinstance(part := schema.get(keyword), dict) and "$ref" not in part:
            limits += [joined([labels[owner], limit]) for limit in limits_of(part, labels)]
    for branch in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if "$ref" not in branch:
            limits += limits_of(branch, labels)
    return limits


def _limit(words: str, value: object) -> Html:
    before, after = words.split("{}")
    return joined([before, shown(value), after])


def fields_of(schema: Schema, path: str = "") -> Iterator[Field]:
    """The fields of an object, those of objects within it that have no name of their own, too."""
    for part in schema.get("allOf", ()):
        yield from fields_of(part, path)
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        here = f"{path}{name}"
        yield Field(here, field, name in required)
        yield from fields_of(field, f"{here}.")
        yield from fields_of(field.get("items") or {}, f"{here}[].")


def field_table(schema: Schema, labels: Labels, *, required: str) -> Html:
    """The fields of one object; `required` is the label of one that must be there."""
    rows = [
        el(
            "tr",
            el(
                "td",
                el("code", field.path),
                el("span", labels[required], class_=required) if field.required else "",
            ),
            el("td", type_of(field.schema, labels), _limits(field.schema, labels)),
            el("td", prose(str(field.schema.get("description", ""))), evidence(field.schema)),
        )
        for field in fields_of(schema)
    ]
    if not rows:
        return el("p", labels["no_fields"], class_="note")
    head = (el("th", labels[name]) for name in ("field", "type", "meaning"))
    table = el("table", el("thead", el("tr", *head)), el("tbody", *rows), class_="fields")
    return joined([table, _rule(schema, labels)])


def plain_value(schema: Schema, labels: Labels) -> Html:
    """A schema without fields: its type, and its limits."""
    return el("p", type_of(schema, labels), _limits(schema, labels))


def _limits(schema: Schema, labels: Labels) -> Html:
    limits = limits_of(schema, labels)
    return (
        el("span", joined(limits, labels["between_limits"]), class_="limits") if limits else Html()
    )


def _rule(schema: Schema, labels: Labels) -> Html:
    """The rule that the fields must keep together."""
    if isinstance(needed := schema.get("else"), dict) and "description" in needed:
        return el("p", inline(needed["description"]))
    forbidden = schema.get("not")
    if not isinstance(forbidden, dict) or "description" not in forbidden:
        return Html()
    return el("p", el("strong", labels["not_allowed"], ": "), inline(forbidden["description"]))


def examples_of(part: Schema) -> list[tuple[str, Any]]:
    """The examples of a media type or schema, with the summary of each."""
    if "example" in part:
        return [("", part["example"])]
    examples = part.get("examples") or {}
    if isinstance(examples, list):
        return [("", value) for value in examples]
    return [(one.get("summary", name), one.get("value")) for name, one in examples.items()]
