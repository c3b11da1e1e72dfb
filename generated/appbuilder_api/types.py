# Generated from openapi.yaml by `make generate`; do not edit.
"""What all models share."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

# Makes an object of a class without calling its constructor.
new = object.__new__

# Per field in the order of the spec: the name on the wire, the attribute, what it reads as when it
# is absent (... if it must not be), and what it reads as when it is null.
Fields = tuple[tuple[str, str, object, object], ...]


class _WhenNeeded:
    """A member of each model that is made when it is first needed.

    Making the constructors of all models takes longer than importing httpx, and importing attrs as
    long. Objects that are read need neither.
    """

    def __init__(self, make: Callable[[type[Model]], object]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type[Model]) -> Any:
        # On newer Pythons `inspect.signature` asks as if the class were an object of its metaclass.
        asked = instance if isinstance(instance, type) else owner
        model: Any = next((cls for cls in asked.__mro__ if "_defaults" in vars(cls)), None)
        if model is None:
            raise AttributeError(f"{asked.__name__} has no {self._name}: it is no model")
        made = self._make(model)
        setattr(model, self._name, made)
        bind = getattr(made, "__get__", None)
        return made if bind is None else bind(instance, owner)


def _constructor(model: type[Model]) -> object:
    """`__init__`, as attrs writes it."""
    parameters, lines = ["self"], []
    for name in model.__match_args__:
        default = f"=defaults[{name!r}]" if name in model._defaults else ""
        is_made_anew = isinstance(model._defaults.get(name), MadeAnew)
        value = f"{name}.make() if isinstance({name}, MadeAnew) else {name}"
        parameters.append(name + default)
        lines.append(f"    self.{name} = {value if is_made_anew else name}")
    parameters += ["*", "additional_properties=None"]
    lines.append("    self.additional_properties = additional_properties")
    scope = {"defaults": model._defaults, "MadeAnew": MadeAnew}
    exec("\n".join([f"def __init__({', '.join(parameters)}):", *lines]), scope)
    made: Any = scope["__init__"]
    made.__qualname__, made.__module__ = f"{model.__qualname__}.__init__", model.__module__
    types = {name: model.__annotations__[name] for name in model.__match_args__}
    made.__annotations__ = {**types, "return": None}
    return made


def _attrs_fields(model: type[Model]) -> object:
    """What attrs knows of a class, for `attrs.evolve` and others."""
    import attrs

    fields: dict[str, Any] = {"additional_properties": attrs.field(default=None, kw_only=True)}
    for name in model.__match_args__:
        default = model._defaults.get(name, attrs.NOTHING)
        factory = attrs.Factory(default.make) if isinstance(default, MadeAnew) else default
        fields[name] = attrs.field(default=factory)
    members = {"__annotations__": model.__annotations__}
    known = attrs.define(type(model.__name__, (), members), these=fields)
    return attrs.fields(known)


class MadeAnew:
    """A default that is made anew for each object that has it."""

    def __init__(self, *, factory: Callable[[], object]) -> None:
        self.make = factory


class Model:
    """An object on the wire.

    `from_dict` reads it: absent fields get the spec's default or None. Objects and lists are where
    the spec has them, or it raises. It does not check plain values one by one: a text where the
    spec has a number is kept as it came.

    An object that was read keeps a reference to the dict it was read from, so that nothing the
    server sent is lost: unknown fields are in `additional_properties`, and `to_dict` gives back
    what came, together with what was changed since. Neither takes part in `==` or is shown. Copies,
    also those with changes (`attrs.evolve`, `copy.replace`), and pickles keep that reference.

    Equality, `repr` and pickling stand here: attrs would write all of them for every class.
    """

    __slots__ = ("__weakref__", "_given", "_source")

    _fields: ClassVar[Fields] = ()
    # What it was read from; not set in an object that was built from its fields.
    _source: Mapping[str, Any]

    # What its additional_properties were set to, None if they are as they came.
    _given: Mapping[str, Any] | None

    if TYPE_CHECKING:
        additional_properties: dict[str, Any]
        """The fields that came and that the spec does not know (a new dict each time).

        It can be set, which replaces the unknown fields, and every model takes it as a keyword
        argument. A dict that it gave has with it what else came, for `attrs.evolve`.
        """

        # The constructor's positional arguments, in order, and the values of absent ones.
        __match_args__: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[Mapping[str, Any]]

    else:
        __init__ = _WhenNeeded(_constructor)
        __attrs_attrs__ = _WhenNeeded(_attrs_fields)

        def __replace__(self, **changes: Any) -> Model:
            import attrs

            return attrs.evolve(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON has it, in a new dict.

        What was absent stays absent and what was null stays null, unless the attribute was
        changed since. In an object built by hand, None and defaults are left out.
        """
        source = self._received()
        result = dict(source)
        for name, attribute, absent, null in self._fields:
            value = getattr(self, attribute)
            if name in source:
                if source[name] is not None or value != null:
                    result[name] = _plain(value)
            elif value != absent:
                result[name] = _plain(value)
        return result

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """Every field by its name on the wire, for programs written for the official SDK.

        As pydantic gives it: absent fields with their defaults, unknown ones too. `include` and
        `exclude` name fields of this object; the others hold for objects within it as well.
        `mode` and `by_alias` make no difference here.
        """
        source = self._received()
        result: dict[str, Any] = {}
        for name, attribute, absent, _ in self._fields:
            value = getattr(self, attribute)
            is_default = value == absent
            if (
                (exclude_none and value is None)
                or (exclude_defaults and is_default)
                or (exclude_unset and is_default and name not in source)
            ):
                continue
            result[name] = value
        result.update(self.additional_properties)
        within: dict[str, Any] = {
            "exclude_unset": exclude_unset,
            "exclude_defaults": exclude_defaults,
            "exclude_none": exclude_none,
        }
        return {
            name: _plain(value, lambda model: model.model_dump(**within))
            for name, value in result.items()
            if (include is None or name in include) and (exclude is None or name not in exclude)
        }

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """What `model_dump` gives, as JSON text; Chinese is readable."""
        value = self.model_dump(**options)
        separators = (",", ":") if indent is None else None
        return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)

    def _received(self) -> Mapping[str, Any]:
        source: Mapping[str, Any] = getattr(self, "_source", {})
        given = getattr(self, "_given", None)
        if given is None:
            return source
        if isinstance(given, _Unknown):
            source = given.received
        known = self._known()
        for name in given:
            if name in known:
                raise ValueError(
                    f"{type(self).__name__}.additional_properties: {name!r} is a field of its own; "
                    "set it by its name"
                )
        kept = {name: source[name] for name in source if name in known or name in given}
        return {**kept, **given}

    def _unknown(self) -> dict[str, Any]:
        return _Unknown(self._known(), self._received())

    @classmethod
    def _known(cls) -> set[str]:
        return {name for name, *_ in cls._fields}

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        """What Python would take itself; protocols 0 and 1 of pickle ask for this method."""
        state = {name: getattr(self, name) for _, name, *_ in self._fields}
        return None, state | {"_source": self._received(), "_given": None}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for _, name, *_ in self._fields)

    def __str__(self) -> str:
        """Every field, as `print` shows it; long texts and lists are cut to fit a screen."""
        return _fitting(_FORMS, lambda form: " ".join(_parts(self, form, True, _DEPTH)))

    def __repr__(self) -> str:
        """The fields that say something, without times; they fit a screen, too."""
        return _fitting(_FORMS[1:], lambda form: _shown(self, form, False, _DEPTH))


class _Unknown(dict[str, Any]):
    """The unknown fields of an object. It has all that came beside it, for copies of the object."""

    __slots__ = ("received",)

    def __init__(self, known: set[str], received: Mapping[str, Any]) -> None:
        super().__init__((name, received[name]) for name in received if name not in known)
        self.received = received


# attrs.evolve gives a new object the fields that attrs knows of the old one. By additional_properties
# it gives what the old one was read from; type checkers need not see it.
if TYPE_CHECKING:
    from attrs import define as define
    from attrs import field as field
else:
    Model.additional_properties = property(
        Model._unknown, Model._given.__set__, doc="The fields that the spec does not know."
    )

    def define(cls: type) -> type:
        """The class with slots, as attrs makes it."""
        names = tuple(name for name in cls.__annotations__ if name != "_fields")
        members = {name: value for name, value in vars(cls).items() if name not in names}
        members.pop("__dict__")
        members.pop("__weakref__", None)
        members["_defaults"] = {name: vars(cls)[name] for name in names if name in vars(cls)}
        members |= {"__slots__": names, "__match_args__": names}
        if "__iter__" in members:
            members |= {"__getitem__": _no_position, "__reversed__": _no_position}
        return type(cls.__name__, cls.__bases__, members)

    def _no_position(page, *position):
        raise TypeError(
            f"a {type(page).__name__} has no positions: take them from the list of its items, "
            "`.data` (`page.data[0]`, `reversed(page.data)`)"
        )

    field = MadeAnew


def listed(name: str, value: Any) -> Any:
    """The value of a field that is a list; what else can be iterated would read as one."""
    if isinstance(value, (list, tuple)):
        return value
    raise TypeError(f"{name}: expected a list, got {type(value).__name__}")


def _plain(value: Any, write: Callable[[Model], object] = Model.to_dict) -> Any:
    """The value as JSON has it: every model a dict, every list and mapping copied."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Model):
        return write(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item, write) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item, write) for key, item in value.items()}
    return value


# Showing an object: `whole` says whether every field is shown, `depth` how many levels.

# How many characters of a text, and how many items of a list or dict.
Form = tuple[int, int]

_SCREEN = 22 * 80  # columns of a terminal, with two lines for a prompt
_FORMS = ((100, 3), (40, 3), (20, 2), (10, 1))
_DEPTH = 9


def _fitting(forms: Sequence[Form], show: Callable[[Form], str]) -> str:
    """The object in the first form that fits a screen, or the beginning of the last."""
    text = ""
    for form in forms:
        text = show(form)
        if _columns(text) <= _SCREEN:
            return text
    while _columns(text) >= _SCREEN:
        text = text[: len(text) * 3 // 4]
    return text + "…"


def _columns(text: str) -> int:
    """How much of a line a text takes: Chinese characters take two columns."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "FW" else 1 for character in text)


def _parts(model: Model, form: Form, whole: bool, depth: int) -> list[str]:
    return [
        f"{attribute}={_shown(getattr(model, attribute), form, whole, depth - 1)}"
        for name, attribute, absent, _ in model._fields
        if whole or _says_something(name, getattr(model, attribute), absent)
    ]


def _says_something(name: str, value: object, absent: object) -> bool:
    """Whether a short form has the field. What kind of object it is, its class says as well."""
    if value is None or (isinstance(value, (str, list, dict)) and not value) or value == absent:
        return False
    return name != "object" and not (name.endswith("_at") and isinstance(value, int))


def _shown(value: object, form: Form, whole: bool, depth: int) -> str:
    texts, items = form
    if isinstance(value, str):
        start = repr(value[:texts])
        return start if len(value) <= texts else f"{start[:-1]}…{start[-1]}"
    if isinstance(value, Model):
        # What is an object of the API itself can be looked up: within another it is short.
        whole = whole and not hasattr(value, "object")
        parts = _parts(value, form, whole, depth) if depth else ["…"]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, (list, tuple, Mapping)):
        if not depth and value:
            shown = ["…"]
        elif isinstance(value, Mapping):
            shown = [
                f"{_shown(key, form, whole, depth)}: {_shown(item, form, whole, depth - 1)}"
                for key, item in islice(value.items(), items)
            ]
        else:
            shown = [_shown(item, form, whole, depth - 1) for item in value[:items]]
        if depth and len(value) > items:
            shown.append(f"… {len(value) - items} more")
        start, end = "{}" if isinstance(value, Mapping) else "[]"
        return f"{start}{', '.join(shown)}{end}"
    text = repr(value)
    return text if len(text) <= texts else f"{text[:texts]}…"
