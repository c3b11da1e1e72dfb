"""Two JSON Schemas compared: the values that only one of them accepts.

Both are first brought to their forms, and those of one type and name are compared.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scripts.spec_diff.forms import HANDLED, Form, Schema, bare, forms

BOUNDS = (
    (("minimum", "exclusiveMinimum"), 1),
    (("maximum", "exclusiveMaximum"), -1),
    *(((keyword,), 1) for keyword in ("minLength", "minItems", "minProperties")),
    *(((keyword,), -1) for keyword in ("maxLength", "maxItems", "maxProperties")),
)
"""Keywords that set one bound; 1 where a greater number keeps more out, -1 where a smaller does."""

Kind = Literal["narrower", "wider", "field gone", "field new", "word"]


@dataclass(frozen=True, order=True)
class Difference:
    """`narrower`: the old schema let more through; `wider`: the new one does."""

    where: str
    what: str
    kind: Kind


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


def _pairs(olds: list[Form], news: list[Form]) -> Iterator[tuple[Form, Form]]:
    """Which old form became which new one: the same name first, then what is left, in order."""
    unpaired_olds, unpaired_news = list(olds), list(news)
    rules = (
        lambda a, b: a.type == b.type and a.name == b.name,
        lambda a, b: a.type == b.type,
        lambda a, b: {a.type, b.type} == {"integer", "number"},
    )
    for rule in rules:
        for old in list(unpaired_olds):
            new = next((one for one in unpaired_news if rule(old, one)), None)
            if new is not None:
                unpaired_olds.remove(old)
                unpaired_news.remove(new)
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
