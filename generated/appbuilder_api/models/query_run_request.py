# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class QueryRunRequest(Model):
    """The run to look up."""

    thread_id: str
    """The run's thread."""

    run_id: str
    """The run."""

    _fields: ClassVar[Fields] = (
        ("thread_id", "thread_id", ..., None),
        ("run_id", "run_id", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> QueryRunRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.thread_id = data["thread_id"]
        self.run_id = data["run_id"]
        return self
