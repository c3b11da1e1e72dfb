"""A database file outlives its server after any kind of end."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock import Store, StoreError

from tests.mock.process import Process, serving
from tests.mock.wire import WEATHER, Api, final_text

KILLS = 5


@pytest.mark.slow
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


def test_a_waiting_run_continues_after_a_kill(tmp_path: Path) -> None:
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


def test_an_event_is_stored_before_it_is_sent(tmp_path: Path) -> None:
    """The state that an event reported is there after a kill right behind it."""
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


# A server that kills itself with signal 9 at a chosen moment of a run.
DYING = """
import os, signal, sys, threading
import appbuilder_mock
from appbuilder_mock.runs.model import default_plan
from appbuilder_mock.runs.engine import Runs

path, moment = sys.argv[1:]
schedule = Runs.schedule

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def die_at(runs, run):
    die() if run["status"] == moment else schedule(runs, run)

Runs.schedule = die_at
plan = die if moment == "planned" else default_plan
with appbuilder_mock.running(db=path, plan=plan) as server:
    print(f"listening on {server.url}", flush=True)
    threading.Event().wait()
"""


def dying(path: Path, moment: str) -> Process:
    popen = subprocess.Popen(
        [sys.executable, "-c", DYING, path, moment], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert popen.stdout is not None
    return Process(popen, popen.stdout.readline())


@pytest.mark.parametrize(
    ("moment", "last_status", "end"),
    [
        ("queued", "queued", "failed"),
        ("planned", "in_progress", "failed"),
        ("in_progress", "in_progress", "failed"),
        ("cancelling", "cancelling", "cancelled"),
    ],
)
def test_a_run_that_was_cut_off(tmp_path: Path, moment: str, last_status: str, end: str) -> None:
    """A run that a kill -9 interrupted has ended at the next start; its thread is free again.

    A server dies when a run is queued, when the model is asked, when tool outputs were submitted,
    and when it was cancelled.
    """
    path = tmp_path / "mock.db"
    tools = [WEATHER] if moment in ("in_progress", "cancelling") else []
    server = dying(path, moment)
    with server.popen, server.api() as api:
        assistant_id, thread_id = api.assistant(tools=tools), api.thread("你好")
        body: dict[str, Any] = {"assistant_id": assistant_id, "thread_id": thread_id}
        with pytest.raises(httpx.TransportError):  # noqa: PT012 which of the calls it is differs
            run = api.run(**body)
            where = {"thread_id": thread_id, "run_id": run["id"]}
            [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
            if moment == "cancelling":
                api.ok("threads/runs/cancel", **where)
            outputs = [{"tool_call_id": call["id"], "output": "晴"}]
            api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)

        assert server.popen.wait(30) == -signal.SIGKILL
    store = Store(path)
    [interrupted] = store.every("run")
    store.close()
    with serving("--db", path) as server, server.api() as api:
        [run] = api.ok("threads/runs/list", thread_id=thread_id)["data"]
        steps = api.ok("threads/runs/steps/list", thread_id=thread_id, run_id=run["id"])["data"]
        more = {"messages": [{"role": "user", "content": "再来"}]}
        again = api.run(**body, thread=more, tools=[])

    assert interrupted["status"] == last_status
    assert run["status"] == end
    assert run[f"{end}_at"] >= run["created_at"]
    assert [step["status"] for step in steps] == [end] * len(tools)
    if end == "failed":
        assert run["last_error"]["type"] == "server_error"
        assert "stopped" in run["last_error"]["message"]
    else:
        assert run["last_error"] is None
    assert again["status"] in ("completed", "requires_action")


def test_ids_are_not_used_twice(tmp_path: Path) -> None:
    """A seed continues after a restart at the same place."""
    made = []
    for _ in range(3):
        with (
            appbuilder_mock.running(db=tmp_path / "mock.db", seed="种子") as server,
            Api(server.url, server.token) as api,
        ):
            made += [api.thread("你好") for _ in range(3)]

    assert len(set(made)) == 9


def test_a_store_that_is_never_closed(tmp_path: Path) -> None:
    """Its file is free for the next server as soon as the store is collected."""
    path = tmp_path / "模拟.db"
    store = Store(path)
    with pytest.raises(StoreError, match="in use by another server"):
        Store(path)
    connection = store._db

    del store

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.total_changes  # noqa: B018
    Store(path).close()
