"""Messages of a thread."""

from __future__ import annotations

from typing import Any

from appbuilder_mock import views
from appbuilder_mock.conversation import find_thread, new_message
from appbuilder_mock.state import MockState
from appbuilder_mock.store import Document


async def create(state: MockState, body: dict[str, Any]) -> Document:
    thread = find_thread(state.store, body["thread_id"])
    return views.message(new_message(state.store, thread["id"], body))
