# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class LastError(Model):
    """Why a run or step failed."""

    type: str | None = ""
    """The kind of failure."""

    message: str | None = ""
    """The failure in words."""

    _fields: ClassVar[Fields] = (
        ("type", "type", "", None),
        ("message", "message", "", None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LastError:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = get("type", "")
        self.message = get("message", "")
        return self
