"""The tools of one call: their descriptions for the service, and the functions by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from appbuilder_assistants.types import AssistantTool

    from .tool import Tool

AnyTool: TypeAlias = "Callable[..., Any] | AssistantTool | Mapping[str, Any]"
"""A function, a tool, or the description of a function that is given beside it."""

ToolDescription: TypeAlias = "AssistantTool | Mapping[str, Any] | Tool[..., Any]"
"""The tools of a call that calls no functions itself: a description, or a tool, which has one."""


class Toolbox:
    """The tools of one call, as described to the service, and by name.

    A plain description may stand beside the function of its name, and then replaces its own.
    """

    def __init__(self, tools: Sequence[AnyTool] | None) -> None:
        from .tool import Tool

        given: object = tools
        if given is not None and (isinstance(given, str) or not isinstance(given, Sequence)):
            raise TypeError(f"tools: expected a list, got {type(given).__name__}")
        self.by_name: dict[str, Tool[..., Any]] = {}
        described: dict[str, Any] = {}
        for index, one in enumerate(tools or ()):
            if callable(one):
                made = one if isinstance(one, Tool) else Tool(one)
                made.check_bound()
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
    """Make the tools of a sync client. Raises TypeError for one that has to be awaited."""
    box = Toolbox(tools)
    for one in box.by_name.values():
        if one.is_async:
            raise TypeError(
                f"tool {one.name}: an `async def` tool needs AsyncAppBuilder; "
                "with AppBuilder a tool is a plain `def`"
            )
    return box


def atoolbox(tools: Sequence[AnyTool] | None) -> Toolbox:
    """Make the tools of an async client, which may be of both kinds."""
    return Toolbox(tools)


def described(tools: Sequence[Any] | None) -> list[Any] | None:
    """Describe tools for a request. Raises TypeError for a function: no loop would call it."""
    if tools is None:
        return None
    from .tool import Tool

    for index, one in enumerate(tools):
        if callable(one) and not isinstance(one, Tool):
            name = getattr(one, "__name__", type(one).__name__)
            raise TypeError(
                f"tools[{index}]: {name} is a function, which this call only describes: give "
                f"tool({name}), or give the function to run_with_tools, which calls it"
            )
    return [one.to_dict() if isinstance(one, Tool) else one for one in tools]


def _described_name(one: Any, index: int) -> str:
    fields = one.to_dict() if hasattr(one, "to_dict") else one
    function = fields.get("function") if isinstance(fields, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(name, str):
        raise TypeError(
            f"tools[{index}]: expected a function, a tool made by tool(), or a description "
            f'{{"type": "function", "function": {{"name": ...}}}}, got {type(one).__name__}'
        )
    return name
