"""Two versions of the public Python API compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import griffe

from scripts.spec_diff.annotations import covers
from scripts.spec_diff.changes import Change, Level
from scripts.spec_diff.surface import MODELS, Name, Surface

IGNORED = {"__version__"}


def api_changes(old: Surface, new: Surface) -> list[Change]:
    """Every change, the breaking ones first. Something with several names is listed once."""
    found: dict[tuple[str, str], Change] = {}
    names = sorted(old.keys() | new.keys(), key=lambda name: _is_inherited(name, old, new))
    gone, came = _outermost(old.keys() - new.keys()), _outermost(new.keys() - old.keys())
    requests = {name.rpartition(".")[2].removesuffix("Dict") for name in new if "Dict" in name}
    for name in names:
        stands_for = (old.get(name) or new[name]).target.path
        for change in _changes(name, old.get(name), new.get(name), requests):
            if name in old.keys() & new.keys() or name in gone or name in came:
                found.setdefault((stands_for, change.what), change)
    return sorted(found.values(), key=lambda one: (-one.level, one))


def _is_inherited(name: str, old: Surface, new: Surface) -> bool:
    owner = (old.get(name) or new[name]).target.path.split(".")[-2:-1]
    return owner != name.split(".")[-2:-1]


def _changes(name: str, was: Name | None, now: Name | None, requests: set[str]) -> Iterator[Change]:
    """`requests` are the models that programs make; answers are made by `from_dict`."""
    if name in IGNORED:
        return
    if was is None or now is None:
        if was:
            yield Change(name, f"the {was.kind} is gone", Level.BREAKING)
        if now:
            yield Change(name, f"a new {now.kind}", Level.ADDITION)
    elif was.kind != now.kind:
        yield Change(name, f"was a {was.kind}, is a {now.kind}", Level.BREAKING)
    elif was.kind == "function":
        old, new = was.target, now.target
        is_model = name.endswith(".__init__") and MODELS in old.path
        if is_model and old.path.split(".")[-2] not in requests:
            old, new = _by_name(old), _by_name(new)
        yield from _functions(name, old, new)
    elif was.kind == "attribute":
        yield from _attributes(name, was.target, now.target)
    elif was.kind == "class":
        yield from _classes(name, was.target, now.target)


def _outermost(names: set[str]) -> set[str]:
    """The changes without those of members with an owner that is changed as well."""
    return {name for name in names if name.rpartition(".")[0] not in names}


def _functions(name: str, was: Any, now: Any) -> Iterator[Change]:
    where = f"{name.removesuffix('.__init__')}()"
    for breakage in griffe.find_breaking_changes(_module_of(was), _module_of(now)):
        if breakage.kind is not griffe.BreakageKind.RETURN_CHANGED_TYPE:
            yield Change(where, _description(breakage), Level.BREAKING)
    for kind in ("async", "classmethod", "staticmethod"):
        if (kind in was.labels) != (kind in now.labels):
            what = f"is {'no longer' if kind in was.labels else 'now'} {kind}"
            yield Change(where, what, Level.BREAKING)
    olds, news = ({one.name: one for one in each.parameters} for each in (was, now))
    for name in news.keys() - olds.keys():
        if not news[name].required:
            yield Change(where, f"a new parameter `{name}`", Level.ADDITION)
    for name in news.keys() & olds.keys():
        yield from _parameters(where, olds[name], news[name])
    yield from _types(where, "gave", _text(was.returns), _text(now.returns), given=True)


def _parameters(where: str, was: Any, now: Any) -> Iterator[Change]:
    """Changes that griffe does not find: a parameter's type, and whether it accepts more."""
    if was.required and not now.required:
        yield Change(where, f"`{now.name}` may be left out", Level.ADDITION)
    if was.kind is griffe.ParameterKind("keyword-only") is not now.kind:
        yield Change(where, f"`{now.name}` may be given by position", Level.ADDITION)
    types = _text(was.annotation), _text(now.annotation)
    yield from _types(where, f"`{now.name}` took", *types, given=False)


def _attributes(name: str, was: Any, now: Any) -> Iterator[Change]:
    old, new = _declared(was), _declared(now)
    if old and new:  # else it has no declared type
        yield from _types(name, "was", old, new, given=True)


def _declared(attribute: Any) -> str:
    """The type of an attribute, or its value, where that is a constant's."""
    annotation, value = _text(attribute.annotation), attribute.value
    if annotation and annotation != "TypeAlias":
        return annotation
    if "instance-attribute" not in attribute.labels or "class-attribute" in attribute.labels:
        return _text(value)
    if isinstance(value, griffe.ExprCall):
        called = _text(value.function)
        return "" if called.startswith("self.") else called  # a class is the type, a method is not
    constructor = attribute.parent.members.get("__init__")
    parameters = {} if constructor is None else {one.name: one for one in constructor.parameters}
    return _text(parameters[str(value)].annotation) if str(value) in parameters else ""


def _classes(name: str, was: Any, now: Any) -> Iterator[Change]:
    """A class is caught and checked by the classes it is made from."""
    for lost in _ancestors(was) - _ancestors(now):
        yield Change(name, f"is no longer a {lost}", Level.BREAKING)


def _ancestors(of: Any) -> set[str]:
    every = [of, *of.mro()]
    bases = (str(base).rpartition(".")[2] for one in every for base in one.bases)
    return {base for base in bases if not base.startswith("_")}


def _types(where: str, verb: str, old: str, new: str, *, given: bool) -> Iterator[Change]:
    if old == new:
        return
    fits = covers(old, new) if given else covers(new, old)
    what = f"{verb} {old or 'anything'}, now {new or 'anything'}"
    yield Change(where, what, Level.ADDITION if fits else Level.BREAKING)


def _by_name(constructor: Any) -> griffe.Object:
    """The same constructor with parameters that are given by name only."""
    kind = griffe.ParameterKind("keyword-only")
    parameters = (
        griffe.Parameter(one.name, annotation=one.annotation, kind=kind, default=one.default)
        for one in constructor.parameters
    )
    return griffe.Function("__init__", parameters=griffe.Parameters(*parameters))


def _module_of(function: Any) -> griffe.Module:
    """A module that holds a copy of the function: what griffe compares are the members."""
    module = griffe.Module("one")
    call = griffe.Function("call", parameters=function.parameters, returns=function.returns)
    module.set_member("call", call)
    return module


def _description(breakage: griffe.Breakage) -> str:
    """Griffe's words, with the parameter's name."""
    parameter = breakage.old_value or breakage.new_value
    kind = breakage.kind.value
    return f"{kind[0].lower()}{kind[1:]}: `{parameter.name}`"


def _text(expression: Any) -> str:
    return "" if expression is None else str(expression)
