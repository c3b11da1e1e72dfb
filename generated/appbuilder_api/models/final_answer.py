# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.final_answer_message import FinalAnswerMessage
from ..types import Fields, Model, define, new


@define
class FinalAnswer(Model):
    """The answer of a run."""

    type: str = "message"
    """Only `message` was seen."""

    message: FinalAnswerMessage | None = None
    """The message with the answer."""

    _fields: ClassVar[Fields] = (
        ("type", "type", "message", "message"),
        ("message", "message", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FinalAnswer:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = "message" if (value := get("type")) is None else value
        self.message = (
            None if (value := get("message")) is None else FinalAnswerMessage.from_dict(value)
        )
        return self
