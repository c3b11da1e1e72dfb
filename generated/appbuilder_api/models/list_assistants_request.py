# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..types import Fields, Model, define, new


@define
class ListAssistantsRequest(Model):
    """The page of assistants to list."""

    limit: int | None = None
    """The maximum number of items. Defaults to 20. The bounds here are our choice: the largest
    value
    that the server accepts is not known, and the official client sends 2147483647 in one place.
    """

    order: Literal["asc", "desc"] | None = None
    """By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`."""

    after: str | None = None
    """An id that bounds the page; empty counts as absent. Its meaning is not known. Either the
    page
    begins behind it in the order of the listing, or it holds the items created after it: every
    comment of the official client that explains `after` says "created after". In the
    default order `desc` the two are opposites, so only `asc` pages alike under both.
    """

    before: str | None = None
    """An id that bounds the page at its other end, with the same uncertainty; empty counts as
    absent.
    """

    _fields: ClassVar[Fields] = (
        ("limit", "limit", None, None),
        ("order", "order", None, None),
        ("after", "after", None, None),
        ("before", "before", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ListAssistantsRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.limit = get("limit")
        self.order = get("order")
        self.after = get("after")
        self.before = get("before")
        return self
