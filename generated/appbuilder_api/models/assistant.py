# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_tool import AssistantTool
from ..types import Fields, Model, define, listed, new


@define
class Assistant(Model):
    """An assistant."""

    id: str
    """`asst_` and 32 hexadecimal digits."""

    object: str
    """Always `assistant`."""

    name: str
    """The assistant's name."""

    created_at: int
    """When it was created, milliseconds."""

    description: str = ""
    """The assistant's purpose."""

    model: str = ""
    """The model's name: the one given, else the server's choice. Seen in the response to an update
    only.
    """

    instructions: str = ""
    """Instructions on behaviour."""

    thought_instructions: str = ""
    """Instructions on planning."""

    chat_instructions: str = ""
    """Instructions on wording the answer."""

    response_format: str = "text"
    """The form of answers."""

    tools: list[AssistantTool] | None = None
    """Functions the assistant may call."""

    file_ids: list[str] | None = None
    """Ids of files the assistant may use."""

    metadata: dict[str, Any] | None = None
    """The caller's own pairs."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("name", "name", ..., None),
        ("description", "description", "", ""),
        ("model", "model", "", ""),
        ("instructions", "instructions", "", ""),
        ("thought_instructions", "thought_instructions", "", ""),
        ("chat_instructions", "chat_instructions", "", ""),
        ("response_format", "response_format", "text", "text"),
        ("tools", "tools", None, None),
        ("file_ids", "file_ids", None, None),
        ("metadata", "metadata", None, None),
        ("created_at", "created_at", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Assistant:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.object = data["object"]
        self.name = data["name"]
        self.created_at = data["created_at"]
        self.description = get("description") or ""
        self.model = get("model") or ""
        self.instructions = get("instructions") or ""
        self.thought_instructions = get("thought_instructions") or ""
        self.chat_instructions = get("chat_instructions") or ""
        self.response_format = "text" if (value := get("response_format")) is None else value
        self.tools = (
            None
            if (value := get("tools")) is None
            else [
                *map(
                    AssistantTool.from_dict,
                    value if type(value) is list else listed("tools", value),
                )
            ]
        )
        self.file_ids = (
            None
            if (value := get("file_ids")) is None
            else (value if type(value) is list else listed("file_ids", value))
        )
        self.metadata = get("metadata")
        return self
