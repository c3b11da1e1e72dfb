# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class AssistantUserInfo(Model):
    """Information on the end user."""

    id: str | None = None
    """The end user's id."""

    name: str | None = None
    """The end user's name."""

    nickname: str | None = None
    """The end user's nickname."""

    watermark: str | None = None
    """A watermark for the end user."""

    intro: str | None = None
    """The end user's introduction of themselves."""

    baidu_id: str | None = None
    """The end user's Baidu id."""

    _fields: ClassVar[Fields] = (
        ("id", "id", None, None),
        ("name", "name", None, None),
        ("nickname", "nickname", None, None),
        ("watermark", "watermark", None, None),
        ("intro", "intro", None, None),
        ("baidu_id", "baidu_id", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantUserInfo:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            get("id"),
            get("name"),
            get("nickname"),
            get("watermark"),
            get("intro"),
            get("baidu_id"),
        )._read_from(data)
