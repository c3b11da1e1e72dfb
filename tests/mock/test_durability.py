"""A database file outlives its server, however that ends."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
from appbuilder_mock import Store
from appbuilder_mock.conversation import new_assistant, new_message, new_thread
from appbuilder_mock.records import new_run, new_step

from tests.mock.process import Process, serving
from tests.mock.wire import WEATHER, Api, final_text

KILLS = 5


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Killed again and again while four clients write: each answer they got is still true."""
    path = tmp_path / "模拟.db"
    threads: list[str] = []
    runs: list[tuple[str, str]] = []

    def write(server: Process, enough: threading.Event) -> None:
        with contextlib.suppress(httpx.TransportError), server.api() as api:  # until it is killed
            assistant = api.assistant()
            while True:
                thread_id = api.thread("你好")
                threads.append(thread_id)
                run = api.run(assistant_id=assistant, thread_id=thread_id)
                runs.append((thread_id, run["id"]))
                if len(runs) % 10 == 0:
                    enough.set()

    for _ in range(KILLS):
        enough = threading.Event()
        with serving("--db", path) as server:
            writers = [threading.Thread(target=write, args=(server, enough)) for _ in range(4)]
            for writer in writers:
                writer.start()
            assert enough.wait(30)
            server.kill()
            for writer in writers:
                writer.join(30)

    assert len(runs) >= 10 * KILLS
    with serving("--db", path) as server, server.api() as api:
        for thread_id in threads:
            api.ok("threads/runs/list", thread_id=thread_id)
        for thread_id, run_id in runs:
            run = api.ok("threads/runs/query", thread_id=thread_id, run_id=run_id)
            assert run["status"] == "completed"


def test_a_waiting_run_goes_on_after_a_kill(tmp_path: Path) -> None:
    """Both ways of continuing it work at the next server."""
    path = tmp_path / "mock.db"
    with serving("--db", path) as server, server.api() as api:
        submitted, call = api.waiting_run()
        resumed, other = api.waiting_run()
        server.kill()
    with serving("--db", path) as server, server.api() as api:
        outputs = [{"tool_call_id": call, "output": "晴"}]
        one = api.ok("threads/runs/submit_tool_outputs", **submitted, tool_outputs=outputs)
        output = {"tool_call_id": other, "output": "雨", "run_id": resumed["run_id"]}
        two = api.run(thread_id=resumed["thread_id"], tool_output=output)

    assert final_text(one).endswith("Tool result: 晴")
    assert final_text(two).endswith("Tool result: 雨")


def test_a_stream_is_stored_before_it_is_told(tmp_path: Path) -> None:
    """What an event said is true after a kill right behind it."""
    path = tmp_path / "mock.db"
    with (
        serving("--db", path) as server,
        server.api() as api,
        api.stream(tools=[WEATHER]) as events,
    ):
        run = next(events).data["details"]["run_object"]
        next(event for event in events if event.kind == "tool_calls")
        server.kill()
    with serving("--db", path) as server, server.api() as api:
        stored = api.ok("threads/runs/query", thread_id=run["thread_id"], run_id=run["id"])

    assert stored["status"] == "requires_action"


def test_a_run_that_was_cut_off(tmp_path: Path) -> None:
    """In progress when the server was killed, it has failed; its thread is free again."""
    path = tmp_path / "mock.db"
    store = Store(path)
    assistant = new_assistant(store, {"name": "a"})
    ids: dict[str, dict[str, str]] = {}
    for status in ("queued", "in_progress", "cancelling"):
        thread = new_thread(store, {})
        asked = new_message(store, thread["id"], {"role": "user", "content": "你好"})
        run = new_run(assistant, thread["id"], {}, id_=f"run_{status}", asked=asked["id"])
        store.add("run", thread["id"], {**run, "status": status})
        store.add("step", run["id"], new_step(run, 1, "message_creation", message_id="m"))
        ids[status] = {"thread_id": thread["id"], "run_id": run["id"]}
    store.close()

    ends: dict[str, Any] = {}
    with appbuilder_mock.running(db=path) as server, Api(server.url, server.token) as api:
        for status, where in ids.items():
            [step] = api.ok("threads/runs/steps/list", **where)["data"]
            ends[status] = api.ok("threads/runs/query", **where)
            assert step["status"] == ends[status]["status"]
            run = api.run(assistant_id=assistant["id"], thread_id=where["thread_id"])
            assert run["status"] == "completed"

    assert [ends[status]["status"] for status in ids] == ["failed", "failed", "cancelled"]
    assert "stopped" in ends["queued"]["last_error"]["message"]
    assert ends["cancelling"]["last_error"] is None


def test_ids_are_not_used_twice(tmp_path: Path) -> None:
    """A seed goes on after a restart where it was."""
    made = []
    for _ in range(3):
        with (
            appbuilder_mock.running(db=tmp_path / "mock.db", seed="种子") as server,
            Api(server.url, server.token) as api,
        ):
            made += [api.thread("你好") for _ in range(3)]

    assert len(set(made)) == 9
