# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..models.assistant_tool import AssistantTool
from ..types import Fields, Model, define, listed, new


@define
class CreateAssistantRequest(Model):
    """The settings of a new assistant. In the documentation `model` is required and `name` is not;
    the
    official client has it the other way round. It is not known which is right, so send both.
    """

    name: str | None = None
    """The name: 1 to 128 Chinese characters, Latin letters, digits, `_` and `-`. Whether it is
    needed is not known.
    """

    description: str | None = None
    """The assistant's purpose, at most 512 characters."""

    model: str | None = None
    """The model's name. Names change over time, so any is accepted. If it is omitted, the server
    chooses one, unless it requires the field, which is not known.
    """

    response_format: Literal["json_object", "text"] | None = None
    """The form of answers. Defaults to `text`."""

    instructions: str | None = None
    """Instructions on behaviour, at most 4096 characters."""

    thought_instructions: str | None = None
    """Instructions on planning, at most 4096 characters."""

    chat_instructions: str | None = None
    """Instructions on wording the answer, at most 4096 characters."""

    tools: list[AssistantTool] | None = None
    """Functions the assistant may call, at most 10."""

    file_ids: list[str] | None = None
    """Ids of files, at most 10."""

    metadata: dict[str, str] | None = None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""

    _fields: ClassVar[Fields] = (
        ("name", "name", None, None),
        ("description", "description", None, None),
        ("model", "model", None, None),
        ("response_format", "response_format", None, None),
        ("instructions", "instructions", None, None),
        ("thought_instructions", "thought_instructions", None, None),
        ("chat_instructions", "chat_instructions", None, None),
        ("tools", "tools", None, None),
        ("file_ids", "file_ids", None, None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CreateAssistantRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.name = get("name")
        self.description = get("description")
        self.model = get("model")
        self.response_format = get("response_format")
        self.instructions = get("instructions")
        self.thought_instructions = get("thought_instructions")
        self.chat_instructions = get("chat_instructions")
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
