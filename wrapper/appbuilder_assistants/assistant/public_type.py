"""The common parts of requests about assistants and about threads."""

from __future__ import annotations

from enum import Enum
from typing import Any

from appbuilder_assistants import types
from appbuilder_assistants.types import (
    AssistantChatParameters,
    AssistantContent,
    AssistantFunction,
    AssistantModelParameters,
    AssistantText,
    AssistantThoughtParameters,
    AssistantUserInfo,
    AssistantUserLoc,
    Json,
)

__all__ = [
    "AssistantChatParameters",
    "AssistantContent",
    "AssistantExample",
    "AssistantFunction",
    "AssistantFunctionCall",
    "AssistantFunctionJsonSchema",
    "AssistantModelParameters",
    "AssistantText",
    "AssistantThoughtParameters",
    "AssistantTool",
    "AssistantUserInfo",
    "AssistantUserLoc",
    "ResponseFormat",
]


class ResponseFormat(str, Enum):
    """The form of answers."""

    TEXT = "text"
    JSON_OBJECT = "json_object"


class AssistantTool(types.AssistantTool):
    """A tool, which is a function."""

    __slots__ = ()

    def __init__(
        self,
        type: str = "function",
        function: AssistantFunction | Json | None = None,
        **more: Any,  # what attrs.evolve gives
    ) -> None:
        if function is None:
            raise TypeError("AssistantTool: expected function=AssistantFunction(...), got none")
        held: Any = function
        kind: Any = type
        super().__init__(kind, held, **more)


# The rest is plain JSON with a constructor: what is None is left out.


class AssistantFunctionJsonSchema(dict[str, Any]):
    """A JSON Schema of an object. A plain dict may say more."""

    def __init__(
        self,
        type: str = "object",
        properties: Json | None = None,
        required: list[str] | None = None,
    ) -> None:
        super().__init__(type=type)
        if properties is not None:
            self["properties"] = properties
        if required is not None:
            self["required"] = required


class AssistantFunctionCall(dict[str, Any]):
    """A call of a function, in an example. `arguments` is JSON text."""

    def __init__(self, name: str, arguments: str) -> None:
        super().__init__(name=name, arguments=arguments)


class AssistantExample(dict[str, Any]):
    """One turn of an example of how a function is used."""

    def __init__(self, content: str, function_call: Json, role: str = "user") -> None:
        super().__init__(role=role, content=content, function_call=function_call)
