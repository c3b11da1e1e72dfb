# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class UpdateThreadRequest(Model):
    """Changes to a thread."""

    thread_id: str
    """The thread."""

    metadata: dict[str, str] | None = None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""

    _fields: ClassVar[Fields] = (
        ("thread_id", "thread_id", ..., None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> UpdateThreadRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.thread_id = data["thread_id"]
        self.metadata = get("metadata")
        return self
