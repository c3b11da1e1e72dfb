# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ..models.message_file import MessageFile
from ..types import Fields, Model, define, listed, new


@define
class MessageFileList(Model):
    """One page of files of a message."""

    object: str
    """Always `list`."""

    data: list[MessageFile]
    """The files of a message of this page."""

    has_more: bool
    """Whether more items follow this page."""

    first_id: str | None = ""
    """The first item's id; empty or null on an empty page."""

    last_id: str | None = ""
    """The last item's id; empty or null on an empty page."""

    _fields: ClassVar[Fields] = (
        ("object", "object", ..., None),
        ("data", "data", ..., []),
        ("first_id", "first_id", "", None),
        ("last_id", "last_id", "", None),
        ("has_more", "has_more", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MessageFileList:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.object = data["object"]
        self.data = (
            []
            if (value := data["data"]) is None
            else [
                *map(MessageFile.from_dict, value if type(value) is list else listed("data", value))
            ]
        )
        self.has_more = data["has_more"]
        self.first_id = get("first_id", "")
        self.last_id = get("last_id", "")
        return self

    def __iter__(self) -> Iterator[MessageFile]:
        """The items of this page."""
        return iter(self.data)

    def __len__(self) -> int:
        """How many items this page has."""
        return len(self.data)
