# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
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
        get = data.get
        return cls(
            get("type", ""),
            get("message", ""),
        )._read_from(data)
