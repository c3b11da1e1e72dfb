# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class ErrorDetail(Model):
    """An error. The field at fault is in `param` or `params`."""

    code: str | int
    """A word or a number for the kind of error."""

    message: str
    """The error in words."""

    type: str | None = ""
    """The family of the error."""

    param: str | None = None
    """The field at fault."""

    params: Any = None
    """The field at fault, in the other spelling; its form was not seen."""

    _fields: ClassVar[Fields] = (
        ("code", "code", ..., None),
        ("message", "message", ..., None),
        ("type", "type", "", None),
        ("param", "param", None, None),
        ("params", "params", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ErrorDetail:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            data["code"],
            data["message"],
            get("type", ""),
            get("param"),
            get("params"),
        )._read_from(data)
