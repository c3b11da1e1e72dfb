# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class AssistantUserLoc(Model):
    """Where the end user is."""

    loc: str | None = None
    """A place, as JSON text."""

    uip: str | None = None
    """The end user's IPv4 address."""

    uipv6: str | None = None
    """The end user's IPv6 address."""

    _fields: ClassVar[Fields] = (
        ("loc", "loc", None, None),
        ("uip", "uip", None, None),
        ("uipv6", "uipv6", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantUserLoc:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.loc = get("loc")
        self.uip = get("uip")
        self.uipv6 = get("uipv6")
        return self
