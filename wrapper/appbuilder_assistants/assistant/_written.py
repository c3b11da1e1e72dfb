"""Types of the official SDK that do not follow from openapi.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from appbuilder_assistants import types
from appbuilder_assistants.types import AssistantFunction, FileContent, Json

# The modules that have each name.
PLACES = {
    "AssistantExample": ("public_type",),
    "AssistantFilesContentResponse": ("assistant_type",),
    "AssistantFunctionCall": ("public_type",),
    "AssistantFunctionJsonSchema": ("public_type",),
    "AssistantMessage": ("thread_type",),
    "AssistantRunModel": ("thread_type",),
    "AssistantTool": ("public_type", "assistant_type", "thread_type"),
    "AuditStatus": ("assistant_type",),
}

AssistantFilesContentResponse = FileContent


class AuditStatus(int, Enum):
    """The state of a file's audit: its `censored`, which is a number, compares with these."""

    AUDITING = -1
    NOT_AUDITED = 0
    APPROVED = 1
    REJECTED = 2
    NEEDS_FURTHER_AUDIT = 3
    AUDIT_FAILED_SERVICE_EXCEPTION = 4
    AUDIT_FAILED_TIMEOUT = 5


class AssistantRunModel(str, Enum):
    """The two models that the official SDK takes. Here any name goes."""

    ERNIE_4_0_8K = "ERNIE-4.0T-8K"
    ERNIE_3_5_8K = "DeepSeek-V3.1"


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


class AssistantMessage(types.AssistantMessage):
    """A message handed over with a thread; the user's, unless `role` says otherwise."""

    __slots__ = ()

    def __init__(
        self,
        content: str,
        role: str = "user",
        file_ids: Sequence[str] | None = None,
        metadata: dict[str, str] | None = None,
        **more: Any,  # what attrs.evolve gives
    ) -> None:
        speaker: Any = role.value if isinstance(role, Enum) else role
        files = None if file_ids is None else list(file_ids)
        super().__init__(content, speaker, files, metadata, **more)


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
