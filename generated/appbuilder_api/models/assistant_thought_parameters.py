# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class AssistantThoughtParameters(Model):
    """Sampling parameters of the model that plans."""

    temperature: float | None = None
    """Documented is above 0, at most 1; the official client sends 0 too. Defaults to 0.01."""

    top_p: float | None = None
    """From 0 to 1. Defaults to 0."""

    penalty_score: float | None = None
    """From 1 to 2. Defaults to 1.0."""

    _fields: ClassVar[Fields] = (
        ("temperature", "temperature", None, None),
        ("top_p", "top_p", None, None),
        ("penalty_score", "penalty_score", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantThoughtParameters:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.temperature = get("temperature")
        self.top_p = get("top_p")
        self.penalty_score = get("penalty_score")
        return self
