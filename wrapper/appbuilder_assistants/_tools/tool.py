"""Functions that a model may call."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial, update_wrapper
from types import MethodType, SimpleNamespace
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from .annotations import hints_of, property_of, type_of
from .arguments import parse_arguments
from .constraints import is_pydantic_field, made_default
from .docstrings import read_doc
from .json_types import NO_DEFAULT, ObjectType, Property

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)

P = ParamSpec("P")
Q = ParamSpec("Q")
R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


class Tool(Generic[P, R_co]):
    """A function that a model may call. Made by `tool`, and called like the function itself.

    `name`, `description` and `parameters` (a JSON Schema) describe it to the model.
    """

    def __init__(
        self,
        function: Callable[P, R_co],
        *,
        name: str | None = None,
        description: str | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        function, self._of_class = _unwrapped(function)
        if not callable(function):
            raise TypeError(f"a tool is made of a function, got {type(function).__name__}")
        plain, self._doc = _behind(function), read_doc(inspect.getdoc(_behind(function)))
        self.name = name or _name_of(plain)
        self._needs_object = self._of_class or _is_method(function)
        self.description = self._doc.summary if description is None else description
        self.function = function
        self._refuse_generators(plain)
        self.is_async = inspect.iscoroutinefunction(plain) or inspect.iscoroutinefunction(
            type(plain).__call__
        )
        self._by_position: dict[str, Any] = {}
        self._defaults: dict[str, Callable[[], Any]] = {}
        self._arguments = ObjectType(tuple(self._properties(names or {})))
        self.parameters = self._arguments.schema()
        update_wrapper(self, plain, updated=())
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Tool[P, R_co]: ...
    @overload
    def __get__(
        self: Tool[Concatenate[Any, Q], R], instance: object, owner: type | None = None
    ) -> Tool[Q, R]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Tool[..., R_co]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Tool[..., Any]:
        """Bind the tool of a method to an object or a class; return any other as it is."""
        if not self._needs_object or (instance is None and not self._of_class):
            return self
        bound: Tool[..., Any] = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        about = (owner or type(instance)) if self._of_class else instance
        bound.function = bound.__wrapped__ = MethodType(self.function, about)
        bound._needs_object = False
        return bound

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle by name, like a function, where the module has the tool; else by the function."""
        path: str = getattr(self, "__qualname__", "")
        found: Any = sys.modules.get(self.__module__)
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is self:
            return path
        return _make_again, (self.function, self.name, self.description)

    def to_dict(self) -> dict[str, Any]:
        """The tool as `assistants.create(tools=[...])` and `runs.run(tools=[...])` take it."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": self.parameters,
            },
        }

    def bind(self, arguments: str) -> Callable[[], R_co]:
        """Bind a model's arguments, parsed from JSON and checked, to the function.

        Raises BadArguments, with a text for the model.
        """
        self.check_bound()
        values = self._arguments.read(parse_arguments(arguments), "")
        for name, made in self._defaults.items():
            if name not in values:
                values[name] = made()
        args = []
        names = list(self._by_position)
        while any(name in values for name in names):
            name = names.pop(0)
            args.append(values.pop(name, self._by_position[name]))
        return partial(self.function, *args, **values)

    def check_bound(self) -> None:
        """Raise TypeError for a method that has no object."""
        if self._needs_object:
            raise TypeError(
                f"tool {self.name}: it is a method, so it needs an object: give the method of "
                "one, as in `service.method`"
            )

    def _properties(self, names: Mapping[str, Any]) -> Iterator[Property]:
        plain = _behind(self.function)
        try:
            parameters = list(inspect.signature(self.function).parameters.values())
        except ValueError as error:
            raise TypeError(
                f"tool {self.name}: {error}, so its parameters cannot be described to a model; "
                "write a function with annotations that calls it"
            ) from error
        # functools.singledispatch looks at its first value by position.
        is_dispatched = hasattr(plain, "registry") and hasattr(plain, "dispatch")
        annotated = plain if hasattr(plain, "__name__") else type(plain).__call__
        hints = hints_of(_parameters_of(annotated), f"tool {self.name}", names)
        for number, parameter in enumerate(parameters[1 if self._needs_object else 0 :]):
            where = f"tool {self.name}, parameter {parameter.name}"
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"{where}: *args and **kwargs cannot be described to a model")
            if parameter.name not in hints:
                raise TypeError(f"{where}: it has no annotation to describe it to a model by")
            default = NO_DEFAULT if parameter.default is parameter.empty else parameter.default
            property_ = property_of(
                parameter.name,
                type_of(hints[parameter.name], where, names),
                where,
                required=default is NO_DEFAULT,
                default=default,
                description=self._doc.parameters.get(parameter.name, ""),
            )
            if is_pydantic_field(default):
                default = NO_DEFAULT if property_.required else made_default(default)
                if not property_.required:
                    self._defaults[parameter.name] = partial(made_default, parameter.default)
            if parameter.kind is parameter.POSITIONAL_ONLY or (is_dispatched and number == 0):
                self._by_position[parameter.name] = default
            yield property_

    def _refuse_generators(self, plain: Any) -> None:
        for function in (plain, type(plain).__call__):
            if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
                raise TypeError(
                    f"tool {self.name}: it is a generator function (it has `yield`), and a model "
                    "reads one result: return a list, or a text"
                )


@overload
def tool(
    function: Callable[P, R], /, *, name: str | None = None, description: str | None = None
) -> Tool[P, R]: ...
@overload
def tool(
    *, name: str | None = None, description: str | None = None
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
def tool(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
) -> Tool[P, R] | Callable[[Callable[P, R]], Tool[P, R]]:
    """Make a tool of a function, described to the model by its signature and docstring.

        @tool
        def get_weather(city: str, unit: Literal["°C", "°F"] = "°C") -> str:
            \"\"\"查询一个城市的天气

            :param city: 城市名，例如 北京
            :param unit: 温度单位
            \"\"\"

    The name is the function's and the description its docstring's, unless they are given. The
    parameters have their annotations and defaults, and the docstring's descriptions (Google's,
    NumPy's, Sphinx's or Epytext's form). The function may be `async`. Raises TypeError for an
    annotation that has no JSON Schema.
    """
    # The local names around the tool, for annotations that are strings.
    names = dict(sys._getframe(1).f_locals)

    def make(function: Callable[P, R]) -> Tool[P, R]:
        return Tool(function, name=name, description=description, names=names)

    return make if function is None else make(function)


def _unwrapped(function: Any) -> tuple[Any, bool]:
    """The function of a tool or of a static or class method, and whether it takes a class."""
    of_class = isinstance(function, classmethod)
    if isinstance(function, (staticmethod, classmethod)):
        function = function.__func__
    if isinstance(function, MethodType) and isinstance(function.__func__, Tool):
        function = MethodType(function.__func__.function, function.__self__)
    if isinstance(function, Tool):
        return function.function, function._of_class and function._needs_object
    return function, of_class


def _is_method(function: Any) -> bool:
    """Whether a function is a method that is not bound to an object."""
    if not inspect.isfunction(function):
        return False
    first = next(iter(inspect.signature(function).parameters.values()), None)
    around = function.__qualname__.rpartition(".")[0]
    in_class = bool(around) and not around.endswith("<locals>")
    return in_class and first is not None and first.name == "self" and first.kind in POSITIONAL


def _make_again(function: Any, name: str, description: str) -> Tool[..., Any]:
    """Make a tool again that was pickled by its function."""
    return Tool(function, name=name, description=description)


def _behind(function: Any) -> Any:
    """The function of a `functools.partial`, however often it was applied."""
    while isinstance(function, partial):
        function = function.func
    return function


def _parameters_of(function: Any) -> Any:
    """The function's annotations without that of its result, which may not be resolvable here."""
    defined = inspect.unwrap(getattr(function, "__func__", function))
    given = getattr(function, "__annotations__", {})
    annotations = {k: v for k, v in given.items() if k != "return"}
    return SimpleNamespace(
        __annotations__=annotations,
        __globals__=getattr(defined, "__globals__", {}),
        __type_params__=getattr(defined, "__type_params__", ()),
    )


def _name_of(function: Any) -> str:
    name = getattr(function, "__name__", "")
    if not name.isidentifier():
        raise TypeError(f"a tool needs a name, and {function!r} has none: use tool(name=...)")
    return str(name)
