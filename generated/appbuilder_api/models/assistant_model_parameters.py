# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_chat_parameters import AssistantChatParameters
from ..models.assistant_thought_parameters import AssistantThoughtParameters
from ..types import Fields, Model, define, new


@define
class AssistantModelParameters(Model):
    """Sampling parameters of the two models a run uses."""

    chat_parameters: AssistantChatParameters | None = None
    """For the model that words the answer."""

    thought_parameters: AssistantThoughtParameters | None = None
    """For the model that plans."""

    _fields: ClassVar[Fields] = (
        ("chat_parameters", "chat_parameters", None, None),
        ("thought_parameters", "thought_parameters", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantModelParameters:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.chat_parameters = (
            None
            if (value := get("chat_parameters")) is None
            else AssistantChatParameters.from_dict(value)
        )
        self.thought_parameters = (
            None
            if (value := get("thought_parameters")) is None
            else AssistantThoughtParameters.from_dict(value)
        )
        return self
