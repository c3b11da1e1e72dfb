# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
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
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = get("id")
        self.name = get("name")
        self.nickname = get("nickname")
        self.watermark = get("watermark")
        self.intro = get("intro")
        self.baidu_id = get("baidu_id")
        return self
