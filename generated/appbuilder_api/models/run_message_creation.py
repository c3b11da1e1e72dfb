# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class RunMessageCreation(Model):
    """A message that a run makes."""

    message_id: str = ""
    """The message's id."""

    _fields: ClassVar[Fields] = (("message_id", "message_id", "", ""),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunMessageCreation:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.message_id = get("message_id") or ""
        return self
