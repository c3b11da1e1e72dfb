# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from attrs import define

from ..models.file import File
from ..types import Fields, Model, listed


@define(eq=False, repr=False, getstate_setstate=False)
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
        return cls(
            data["object"],
            []
            if (value := data["data"]) is None
            else [File.from_dict(item) for item in listed("data", value)],
        )._read_from(data)

    def __iter__(self) -> Iterator[File]:
        """The items of this page."""
        return iter(self.data)

    def __len__(self) -> int:
        """How many items this page has."""
        return len(self.data)
