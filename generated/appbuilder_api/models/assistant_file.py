# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class AssistantFile(Model):
    """A file mounted on an assistant."""

    id: str
    """The file's id."""

    object: str
    """Such as `assistant.file`."""

    created_at: int
    """When it was mounted, milliseconds."""

    assistant_id: str
    """The assistant it is mounted on."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("created_at", "created_at", ..., None),
        ("assistant_id", "assistant_id", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantFile:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.id = data["id"]
        self.object = data["object"]
        self.created_at = data["created_at"]
        self.assistant_id = data["assistant_id"]
        return self
