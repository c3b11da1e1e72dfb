"""Cancelling a run in the moment in which it begins to wait for its tools."""

from __future__ import annotations

import asyncio

from appbuilder_mock.resources.conversation import new_assistant
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.runs.model import CallTools
from appbuilder_mock.scenarios import ToolCall
from appbuilder_mock.storage.store import Store


def test_its_work_has_just_ended() -> None:
    """The run is cancelled, and the task that has just worked on it does no more."""

    async def ask_and_cancel() -> str:
        store = Store()
        runs = Runs(store, plan=lambda _: CallTools((ToolCall("天气", "{}"),)))
        assistant = new_assistant(store, {"model": "ERNIE-4.0-8K"})
        message = {"role": "user", "content": "你好"}
        run = runs.begin({"assistant_id": assistant["id"], "thread": {"messages": [message]}})
        runs.schedule(run)
        while runs.find(run["thread_id"], run["id"])["status"] != "requires_action":  # noqa: ASYNC110
            await asyncio.sleep(0)
        runs.cancel(run["thread_id"], run["id"])
        return str((await runs.settled(run))["status"])

    assert asyncio.run(ask_and_cancel()) == "cancelled"
