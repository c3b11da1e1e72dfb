"""Threads."""

from __future__ import annotations

from typing import Any

from appbuilder_mock import views
from appbuilder_mock.conversation import new_thread
from appbuilder_mock.state import MockState
from appbuilder_mock.store import Document


async def create(state: MockState, body: dict[str, Any]) -> Document:
    with state.store.transaction():
        return views.thread(new_thread(state.store, body))
