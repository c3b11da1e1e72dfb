# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class Deleted(Model):
    """A deleted object."""

    id: str
    """The id of the deleted object."""

    object: str
    """Such as `assistant.deleted`."""

    deleted: bool
    """Whether it was deleted."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("deleted", "deleted", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Deleted:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.id = data["id"]
        self.object = data["object"]
        self.deleted = data["deleted"]
        return self
