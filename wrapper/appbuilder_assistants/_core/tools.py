"""Functions that a model may call."""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial, update_wrapper
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeAlias, TypeVar, overload

from .tool_annotations import field_of, hints_of, kind_of
from .tool_docs import read_doc
from .tool_values import NO_DEFAULT, BadArguments, Field, Record

if TYPE_CHECKING:
    from appbuilder_assistants.types import AssistantTool

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

AnyTool: TypeAlias = "Callable[..., Any] | AssistantTool | Mapping[str, Any]"
"""A function, a tool made of one, or the description of a function that is given beside it."""


class Tool(Generic[P, R_co]):
    """A function that a model may call. Made by `tool`, and called like the function itself.

    `name`, `description` and `parameters` (a JSON Schema) are what the model is told.
    """

    def __init__(
        self,
        function: Callable[P, R_co],
        *,
        name: str | None = None,
        description: str | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        if not callable(function):
            raise TypeError(f"a tool is made of a function, got {type(function).__name__}")
        plain, self._doc = _behind(function), read_doc(inspect.getdoc(_behind(function)))
        self.name = name or _name_of(plain)
        self.description = self._doc.summary if description is None else description
        self.function = function
        self.is_async = inspect.iscoroutinefunction(plain) or inspect.iscoroutinefunction(
            type(plain).__call__
        )
        self._by_position: list[str] = []
        self._record = Record(tuple(self._fields(names or {})))
        self.parameters = self._record.schema()
        update_wrapper(self, plain, updated=())
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"

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
        """The call that a model asks for, its arguments read from JSON and checked.

        Raises BadArguments, whose text is for the model.
        """
        values = self._record.read(_loads(arguments), "")
        args = [values.pop(name) for name in self._by_position if name in values]
        return partial(self.function, *args, **values)

    def _fields(self, names: Mapping[str, Any]) -> list[Field]:
        plain = _behind(self.function)
        annotated = plain if hasattr(plain, "__name__") else type(plain).__call__
        hints = hints_of(_parameters_of(annotated), f"tool {self.name}", names)
        fields = []
        for parameter in inspect.signature(self.function).parameters.values():
            where = f"tool {self.name}, parameter {parameter.name}"
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"{where}: a model cannot be told of *args and **kwargs; name each")
            if parameter.name not in hints:
                raise TypeError(f"{where}: it has no annotation, so a model cannot be told of it")
            if parameter.kind is parameter.POSITIONAL_ONLY:
                self._by_position.append(parameter.name)
            required = parameter.default is parameter.empty
            field = field_of(
                parameter.name,
                kind_of(hints[parameter.name], where, names),
                required=required,
                description=self._doc.parameters.get(parameter.name, ""),
                default=NO_DEFAULT if required else parameter.default,
            )
            fields.append(field)
        return fields


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
    """Make a tool of a function: what it says of itself is what the model is told.

        @tool
        def get_weather(city: str, unit: Literal["°C", "°F"] = "°C") -> str:
            \"\"\"查询一个城市的天气

            :param city: 城市名，例如 北京
            :param unit: 温度单位
            \"\"\"

    The name, unless one is given, is the function's; the description, that of its docstring; the
    parameters have their annotations, their defaults and the docstring's words (Google's,
    NumPy's or Sphinx's form). The function may
    be `async`. Raises TypeError for an annotation that cannot be described in JSON.
    """
    # What is defined in the function around the tool, for annotations that are strings.
    names = dict(sys._getframe(1).f_locals)

    def make(function: Callable[P, R]) -> Tool[P, R]:
        plain = function.function if isinstance(function, Tool) else function
        return Tool(plain, name=name, description=description, names=names)

    return make if function is None else make(function)


class Toolbox:
    """The tools of one call, as the service is told of them, and by name.

    A plain description may stand beside the function of its name, and is then what is told.
    """

    def __init__(self, tools: Sequence[AnyTool] | None) -> None:
        given: object = tools
        if given is not None and (isinstance(given, str) or not isinstance(given, Sequence)):
            raise TypeError(f"tools: expected a list, got {type(given).__name__}")
        self.by_name: dict[str, Tool[..., Any]] = {}
        described: dict[str, Any] = {}
        for index, one in enumerate(tools or ()):
            if callable(one):
                made = one if isinstance(one, Tool) else Tool(one)
                if made.name in self.by_name:
                    raise ValueError(f"tools[{index}]: two functions are named {made.name!r}")
                self.by_name[made.name] = made
                described.setdefault(made.name, made.to_dict())
            else:
                described[_described_name(one, index)] = one
        missing = [name for name in described if name not in self.by_name]
        if missing:
            raise ValueError(
                f"tools: {missing[0]!r} is described, but no function of that name is given: add "
                f"one made by tool(name={missing[0]!r})"
            )
        self.described = list(described.values()) if tools is not None else None


def toolbox(tools: Sequence[AnyTool] | None) -> Toolbox:
    """Tools for threads. Raises TypeError for one that would have to be awaited."""
    box = Toolbox(tools)
    for one in box.by_name.values():
        if one.is_async:
            raise TypeError(
                f"tool {one.name}: an `async def` tool needs AsyncAppBuilder; "
                "with AppBuilder a tool is a plain `def`"
            )
    return box


def atoolbox(tools: Sequence[AnyTool] | None) -> Toolbox:
    """Tools for the event loop, of both kinds."""
    return Toolbox(tools)


def _described_name(one: Any, index: int) -> str:
    told = one.to_dict() if hasattr(one, "to_dict") else one
    function = told.get("function") if isinstance(told, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(name, str):
        raise TypeError(
            f"tools[{index}]: expected a function, a tool made by tool(), or a description "
            f'{{"type": "function", "function": {{"name": ...}}}}, got {type(one).__name__}'
        )
    return name


def _behind(function: Any) -> Any:
    """The function behind partial applications of it."""
    while isinstance(function, partial):
        function = function.func
    return function


def _parameters_of(function: Any) -> Any:
    """The function's annotations without that of its result, which need not be known here."""
    defined = inspect.unwrap(getattr(function, "__func__", function))
    annotations = {k: v for k, v in function.__annotations__.items() if k != "return"}
    return SimpleNamespace(
        __annotations__=annotations,
        __globals__=getattr(defined, "__globals__", {}),
        __type_params__=getattr(defined, "__type_params__", ()),
    )


def _name_of(function: Any) -> str:
    name = getattr(function, "__name__", "")
    if not name.isidentifier():
        raise TypeError(f"a tool needs a name, and {function!r} has none: give tool(name=...)")
    return str(name)


def _loads(arguments: str) -> Any:
    """The arguments' JSON; a model that has none to give may give no text at all."""
    given: object = arguments
    if not isinstance(given, str):
        raise BadArguments(["the arguments are not JSON, but no text at all"])
    try:
        return json.loads(arguments or "{}", parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadArguments([f"the arguments are not JSON: {error}"]) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number there")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number
