"""Steps of a run."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.errors import not_found
from appbuilder_mock.handlers.listing import listing
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers


async def list_(state: MockState, body: dict[str, Any]) -> Document:
    run = state.runs.find(body["thread_id"], body["run_id"])
    return await listing(state, "step", run["id"], body, serializers.step)


async def query(state: MockState, body: dict[str, Any]) -> Document:
    run = state.runs.find(body["thread_id"], body["run_id"])
    step = state.store.find("step", run["id"], body["step_id"])
    if step is None:
        raise not_found("step", body["step_id"], within=f"run {run['id']!r}")
    return serializers.step_queried(step)
