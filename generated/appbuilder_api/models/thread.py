# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class Thread(Model):
    """A thread."""

    id: str
    """`thread_` and 32 hexadecimal digits."""

    object: str
    """Always `thread`."""

    created_at: int
    """When it was created, milliseconds."""

    metadata: dict[str, Any] | None = None
    """The caller's own pairs."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("created_at", "created_at", ..., None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Thread:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.object = data["object"]
        self.created_at = data["created_at"]
        self.metadata = get("metadata")
        return self
