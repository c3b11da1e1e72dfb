# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class QueryThreadRequest(Model):
    """The thread to look up."""

    thread_id: str
    """The thread."""

    _fields: ClassVar[Fields] = (("thread_id", "thread_id", ..., None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> QueryThreadRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.thread_id = data["thread_id"]
        return self
