# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ..models.file import File
from ..types import Fields, Model, define, listed, new


@define
class FileList(Model):
    """All files; this list is not paged."""

    object: str
    """Always `list`."""

    data: list[File]
    """The files."""

    _fields: ClassVar[Fields] = (
        ("object", "object", ..., None),
        ("data", "data", ..., []),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FileList:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.object = data["object"]
        self.data = (
            []
            if (value := data["data"]) is None
            else [*map(File.from_dict, value if type(value) is list else listed("data", value))]
        )
        return self

    def __iter__(self) -> Iterator[File]:
        """The items of this page."""
        return iter(self.data)

    def __len__(self) -> int:
        """How many items this page has."""
        return len(self.data)
