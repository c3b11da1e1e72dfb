# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class ListFilesRequest(Model):
    """Nothing; the list of files is not paged."""

    _fields: ClassVar[Fields] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ListFilesRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        return self
