# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
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
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.code = data["code"]
        self.message = data["message"]
        self.type = get("type", "")
        self.param = get("param")
        self.params = get("params")
        return self
