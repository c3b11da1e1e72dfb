# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
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
        return cls(
            data["id"],
            data["object"],
            data["created_at"],
            data["assistant_id"],
        )._read_from(data)
