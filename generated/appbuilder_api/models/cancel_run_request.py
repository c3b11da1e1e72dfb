# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class CancelRunRequest(Model):
    """The run to cancel, and whether to wait."""

    thread_id: str
    """The run's thread."""

    run_id: str
    """The run to cancel."""

    sync: bool | None = None
    """Whether to respond only when the run has ended. Defaults to `false`."""

    _fields: ClassVar[Fields] = (
        ("thread_id", "thread_id", ..., None),
        ("run_id", "run_id", ..., None),
        ("sync", "sync", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CancelRunRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            data["thread_id"],
            data["run_id"],
            get("sync"),
        )._read_from(data)
