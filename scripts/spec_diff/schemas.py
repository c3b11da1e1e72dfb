"""Two JSON Schemas compared: what one lets through and the other does not.

A schema is first brought to its forms: one for each JSON type it lets through, or more where it
offers several objects. `$ref` with its siblings, `allOf`, `anyOf`, `oneOf`, lists of types, `null`
and `const` are all told by forms, so that two spellings of one thing compare as equal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

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

BOUNDS = (
    (("minimum", "exclusiveMinimum"), 1),
    (("maximum", "exclusiveMaximum"), -1),
    *(((keyword,), 1) for keyword in ("minLength", "minItems", "minProperties")),
    *(((keyword,), -1) for keyword in ("maxLength", "maxItems", "maxProperties")),
)
"""Keywords that set one bound; 1 where a greater number keeps more out, -1 where a smaller does."""

HANDLED = {
    *(*UPPER, *LOWER, "enum", "required", "properties", "items", "additionalProperties"),
    *("propertyNames", "contentSchema"),
}
"""Keywords that are understood; of any other, any change counts as one to both sides."""

Kind = Literal["narrower", "wider", "field gone", "field new", "word"]


@dataclass(frozen=True, order=True)
class Difference:
    """`narrower`: the old schema let more through; `wider`: the new one does."""

    where: str
    what: str
    kind: Kind


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


class Comparison:
    """Compares schemas of two documents."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._old = old
        self._new = new

    def differences(self, old: Schema, new: Schema, where: str) -> list[Difference]:
        """Every difference, each once. `where` is the place until a component has a name."""
        return sorted(set(self._schemas(old, new, where, frozenset())))

    def _schemas(
        self, old: Any, new: Any, where: str, within: frozenset[tuple[str, str]]
    ) -> Iterator[Difference]:
        olds, news = forms(old, self._old), forms(new, self._new)
        pairs = list(_pairs(olds, news))
        for was in olds:
            if not any(was is one for one, _ in pairs):
                yield Difference(where, f"no longer {_called(was)}", "narrower")
        for now in news:
            if not any(now is one for _, one in pairs):
                yield Difference(where, f"may be {_called(now)}", "wider")
        for was, now in pairs:
            yield from self._forms(was, now, where, within)

    def _forms(
        self, was: Form, now: Form, where: str, within: frozenset[tuple[str, str]]
    ) -> Iterator[Difference]:
        if was.type != now.type:
            kind: Kind = "wider" if was.type == "integer" else "narrower"
            yield Difference(where, f"was {was.type}, is {now.type}", kind)
        if was.type == "object" and was.name == now.name != "object":
            if (was.name, now.name) in within:
                return  # a schema within itself
            within, where = within | {(was.name, now.name)}, was.name
        old, new = was.keywords, now.keywords
        yield from _words(was.words, now.words, where)
        yield from _values(old.get("enum"), new.get("enum"), where)
        for keywords, sense in BOUNDS:
            yield from _bound(keywords, sense, old, new, where)
        for keyword in sorted((old.keys() | new.keys()) - HANDLED):
            yield from _other(keyword, old.get(keyword), new.get(keyword), where)
        yield from self._fields(old, new, where, within)
        for keyword, place in (
            ("items", "[]"),
            ("propertyNames", " (names)"),
            ("contentSchema", ""),
        ):
            if keyword in old or keyword in new:
                inner = old.get(keyword, {}), new.get(keyword, {})
                yield from self._schemas(*inner, where + place, within)

    def _fields(
        self, old: Schema, new: Schema, where: str, within: frozenset[tuple[str, str]]
    ) -> Iterator[Difference]:
        olds, news = old.get("properties", {}), new.get("properties", {})
        musts, must = set(old.get("required", ())), set(new.get("required", ()))
        for name in olds.keys() - news.keys():
            yield Difference(f"{where}.{name}", "the field is gone", "field gone")
        for name in news.keys() - olds.keys():
            yield Difference(f"{where}.{name}", "a new field", "field new")
            if name in must - musts:
                yield Difference(f"{where}.{name}", "a new field, required", "narrower")
        kept = olds.keys() & news.keys()
        for name in kept:
            yield from self._schemas(olds[name], news[name], f"{where}.{name}", within)
        for name in (must - musts) - (news.keys() - kept):
            yield Difference(f"{where}.{name}", "now required", "narrower")
        for name in (musts - must) - (olds.keys() - kept):
            yield Difference(f"{where}.{name}", "no longer required", "wider")
        yield from self._further_fields(
            old.get("additionalProperties", True),
            new.get("additionalProperties", True),
            where,
            within,
        )

    def _further_fields(
        self, old: Any, new: Any, where: str, within: frozenset[tuple[str, str]]
    ) -> Iterator[Difference]:
        old, new = ({} if one is True else one for one in (old, new))
        if old == new:  # also where both let through anything
            return
        if old is False or new is False:
            kind: Kind = "wider" if old is False else "narrower"
            no_longer = " no longer" if new is False else ""
            yield Difference(where, f"further fields are{no_longer} allowed", kind)
            return
        yield from self._schemas(old, new, f"{where}.*", within)


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
    """What a `#/…` reference of the document leads to."""
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
    """What lets through what both let through."""
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


def _pairs(olds: list[Form], news: list[Form]) -> Iterator[tuple[Form, Form]]:
    """Which old form became which new one: the same name first, then what is left, in order."""
    left_old, left_new = list(olds), list(news)
    rules = (
        lambda a, b: a.type == b.type and a.name == b.name,
        lambda a, b: a.type == b.type,
        lambda a, b: {a.type, b.type} == {"integer", "number"},
    )
    for rule in rules:
        for old in list(left_old):
            new = next((one for one in left_new if rule(old, one)), None)
            if new is not None:
                left_old.remove(old)
                left_new.remove(new)
                yield old, new


def _called(form: Form) -> str:
    if form.keywords.get("enum"):
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in form.keywords["enum"])
    return form.name


def _words(old: frozenset[str], new: frozenset[str], where: str) -> Iterator[Difference]:
    for word in sorted(new - old):
        yield Difference(where, f"`{word}` is known now (other words are allowed)", "word")
    for word in sorted(old - new):
        yield Difference(where, f"`{word}` is known no longer (other words are allowed)", "word")


def _values(old: Any, new: Any, where: str) -> Iterator[Difference]:
    if old is None and new is None:
        return
    if old is None or new is None:
        shown = json.dumps(old if new is None else new, ensure_ascii=False)
        what = f"any value, not only {shown}" if new is None else f"only {shown}"
        yield Difference(where, what, "wider" if new is None else "narrower")
        return
    for value in old:
        if value not in new:
            shown = json.dumps(value, ensure_ascii=False)
            yield Difference(where, f"no longer {shown}", "narrower")
    for value in new:
        if value not in old:
            yield Difference(where, f"may be {json.dumps(value, ensure_ascii=False)}", "wider")


def _bound(
    keywords: tuple[str, ...], sense: int, old: Schema, new: Schema, where: str
) -> Iterator[Difference]:
    was, now = (
        max(
            (
                (one[keyword] * sense, "exclusive" in keyword)
                for keyword in keywords
                if keyword in one
            ),
            default=(-math.inf, False),
        )
        for one in (old, new)
    )
    if was != now:
        shown = [
            " and ".join(f"{keyword} {one[keyword]}" for keyword in keywords if keyword in one)
            or f"no {keywords[0]}"
            for one in (old, new)
        ]
        what = "was {}, is {}".format(*shown)
        yield Difference(where, what, "narrower" if now > was else "wider")


def _other(keyword: str, old: Any, new: Any, where: str) -> Iterator[Difference]:
    """A rule that came, went, or became one that cannot be compared with the old."""
    if bare(old) == bare(new):
        return
    shown = (f"{keyword} {_or_none(one)}" for one in (old, new))
    what = "was {}, is {}".format(*shown)
    if new is not None:
        yield Difference(where, what, "narrower")
    if old is not None:
        yield Difference(where, what, "wider")


def _or_none(value: Any) -> str:
    return "none" if value is None else json.dumps(bare(value), ensure_ascii=False)


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
