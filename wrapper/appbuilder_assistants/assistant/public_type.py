# Written by `make generate` from openapi.yaml; do not edit.
"""Types of the official SDK, under its names."""

from __future__ import annotations

from enum import Enum

from appbuilder_assistants.types import (
    AssistantChatParameters,
    AssistantContent,
    AssistantFunction,
    AssistantModelParameters,
    AssistantText,
    AssistantThoughtParameters,
    AssistantUserInfo,
    AssistantUserLoc,
)

from ._written import (
    AssistantExample,
    AssistantFunctionCall,
    AssistantFunctionJsonSchema,
    AssistantTool,
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
