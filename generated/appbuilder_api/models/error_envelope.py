# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.error_detail import ErrorDetail
from ..types import Fields, Model, define, new


@define
class ErrorEnvelope(Model):
    """An error, under an error status or under status 200."""

    error: ErrorDetail | str
    """The error; perhaps a plain text, for a look-up of an unknown file."""

    _fields: ClassVar[Fields] = (("error", "error", ..., None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ErrorEnvelope:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.error = (
            ErrorDetail.from_dict(data["error"])
            if isinstance(data["error"], dict)
            else data["error"]
        )
        return self
