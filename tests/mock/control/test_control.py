"""The control under /_mock/: what it does, and who may use it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.runs.model import Say
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Store

from tests.mock.wire import WEATHER, Api

SECRET = "s3cret-令牌".encode().hex()  # any ASCII text


@pytest.fixture
def api() -> Iterator[Api]:
    """A caller of a server of its own: these tests look at everything the server holds."""
    with appbuilder_mock.running(token=SECRET) as running, Api(running.url, running.token) as own:
        yield own


def got(api: Api, path: str) -> Any:
    response = api.http.get(f"/_mock/{path}")
    assert response.status_code == 200, response.text
    return response.json()


# ── Reset ──────────────────────────────────────────────────────────────────────────────────────


def test_reset_forgets_everything(api: Api) -> None:
    """Objects are unknown afterwards, no requests are recorded, and the server continues."""
    run = api.run()
    assert api.http.post("/_mock/reset").status_code == 204

    assert got(api, "state") == {"assistants": [], "threads": [], "files": []}
    assert got(api, "requests") == {"total": 0, "data": []}
    api.error("threads/runs/query", 404, thread_id=run["thread_id"], run_id=run["id"])
    assert api.run()["status"] == "completed"


def test_reset_ends_open_streams(api: Api) -> None:
    """A stream that waits for a tool ends, without an end of its run."""
    with api.stream(tools=[WEATHER]) as received:
        kinds = []
        for event in received:
            kinds.append(event.kind)
            if event.kind == "tool_calls":
                api.http.post("/_mock/reset")

    assert kinds == ["run_begin", "tool_step_begin", "tool_calls"]


def test_reset_stops_runs_under_way(caplog: pytest.LogCaptureFixture) -> None:
    """The work is cancelled, a call that waits for the run gets its 404, no task remains."""
    caplog.set_level(logging.INFO)

    async def reset_in_the_middle() -> tuple[MockApiError, set[Any]]:
        state: MockState = appbuilder_mock.create_app(
            plan=lambda _: Say(("字",) * 10_000)
        ).app.state.mock
        assistant = {"id": "a", "name": "助手", "model": "", "tools": [], "file_ids": []}
        assistant |= dict.fromkeys(
            ("instructions", "thought_instructions", "chat_instructions"), ""
        )
        state.store.add("assistant", "", assistant)
        thread = {"messages": [{"role": "user", "content": "你好"}]}
        run = state.runs.begin({"assistant_id": "a", "thread": thread})
        state.runs.schedule(run)
        waiting = asyncio.create_task(state.runs.settled(run))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        state.reset()
        with pytest.raises(MockApiError) as caught:
            await waiting
        return caught.value, asyncio.all_tasks() - {asyncio.current_task()}

    error, tasks = asyncio.run(reset_in_the_middle())
    assert (error.status, error.code) == (404, "thread_not_found")
    assert tasks == set()
    assert caplog.records == []


def test_ids_after_a_reset() -> None:
    """With a seed they begin anew; without, none that was given before comes again."""
    seeded, free = Store(seed="种子"), Store()
    before = [store.new_id("run_") for store in (seeded, free)]
    for store in (seeded, free):
        store.clear()

    assert seeded.new_id("run_") == before[0]
    assert free.new_id("run_") != before[1]
    seeded.close()
    free.close()


# ── State ──────────────────────────────────────────────────────────────────────────────────────


def test_the_state_has_everything(api: Api) -> None:
    """Threads with their messages and runs, runs with their steps; oldest first, without blanks."""
    assistant = api.assistant(name="天气助手", tools=[WEATHER])
    first, second = api.thread("你好"), api.thread()
    where, call = api.waiting_run(assistant_id=assistant, thread_id=first)
    outputs = [{"tool_call_id": call, "output": "晴，25 度"}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)

    state = got(api, "state")
    assert [one["name"] for one in state["assistants"]] == ["天气助手"]
    assert [one["id"] for one in state["threads"]] == [first, second]
    assert set(state["threads"][1]) == {"id", "created_at", "messages", "runs"}
    received = state["threads"][0]
    assert [(one["role"], one["text"][:2]) for one in received["messages"]] == [
        ("user", "你好"),
        ("assistant", "你说"),
    ]
    [run] = received["runs"]
    assert run["status"] == "completed"
    assert run["created_at"].startswith("20")
    assert run["created_at"].endswith("Z")
    assert "failed_at" not in run
    assert [step["type"] for step in run["steps"]] == ["tool_calls", "message_creation"]
    assert run["steps"][0]["calls"][0]["output"] == "晴，25 度"
    assert "天气助手" in api.http.get("/_mock/state").text  # readable as it is


def test_the_state_is_bounded() -> None:
    """Of very much only the newest documents are shown, and the numbers of the others."""
    with appbuilder_mock.running() as server, Api(server.url, server.token) as api:
        large = [{"role": "user", "content": f"{n} {'长' * 1000}"} for n in range(500)]
        threads = [api.ok("threads", messages=large)["id"] for _ in range(7)]

        state = server.state()

    shown = [one["id"] for one in state["threads"]]
    assert shown == threads[-len(shown) :]
    assert len(shown) + state["older_threads_left_out"] == 7
    oldest, *others = state["threads"]
    assert {len(one["messages"]) for one in others} == {500}
    assert len(oldest["messages"]) + oldest["older_messages_left_out"] == 500
    assert oldest["messages"][-1]["text"].startswith("499 ")


def test_no_page_shows_the_token(api: Api) -> None:
    """Neither the state nor the live view, even when a user wrote it into a message."""
    api.run(
        assistant_id=api.assistant(instructions=f"密码是 {SECRET}"), thread_id=api.thread(SECRET)
    )

    for path in ("state", "live", "requests", "requests/1"):
        assert SECRET not in api.http.get(f"/_mock/{path}").text, path
    assert "密码是 •••" in api.http.get("/_mock/state").text


# ── Received requests ──────────────────────────────────────────────────────────────────────────


def test_received_requests(api: Api) -> None:
    """Each call with its operation, answer and body, oldest first; credentials are masked."""
    headers = {
        "X-Appbuilder-Request-Id": "question-1",
        "X-Appbuilder-Authorization": "Bearer other",
    }
    response = api.post("assistants", {"name": "助手"}, headers=headers)
    api.post("assistant", {})
    api.post("threads", {}, headers={"Authorization": "Bearer wrong"})

    received = got(api, "requests")
    first, unknown, refused = received["data"]
    assert received["total"] == 3
    assert [one["number"] for one in received["data"]] == [1, 2, 3]
    assert [one["status"] for one in received["data"]] == [200, 404, 401]
    assert first["operation_id"] == "createAssistant"
    assert (first["method"], first["path"], first["query"]) == ("POST", "/v2/assistants", "")
    assert first["request_id"] == response.headers["X-Appbuilder-Request-Id"] == "question-1"
    assert first["body"] == {"name": "助手"}
    assert first["body_length"] == len(response.request.content)
    assert first["milliseconds"] >= 0
    assert first["headers"]["authorization"] == "Bearer •••"
    assert first["headers"]["x-appbuilder-authorization"] == "Bearer •••"
    assert unknown["operation_id"] is None
    assert refused["headers"]["authorization"] == "Bearer •••"
    assert got(api, "requests/2") == unknown


def test_the_control_is_not_recorded(api: Api) -> None:
    """Requests to the control are not recorded."""
    for path in ("/", "/docs", "/openapi.yaml", "/_mock/state", "/_mock/assets/live.js"):
        assert api.http.get(path).status_code == 200, path

    assert got(api, "requests")["total"] == 0


def test_a_stream_is_open_until_it_ends(api: Api) -> None:
    """Its status is there at once, its milliseconds when it is over."""
    with api.stream(tools=[WEATHER]) as received:
        for event in received:
            if event.kind == "tool_calls":
                during = got(api, "requests")["data"][-1]
                api.http.post("/_mock/reset")
    assert (during["operation_id"], during["status"]) == ("createRun", 200)
    assert during["milliseconds"] is None

    api.streamed()
    assert got(api, "requests")["data"][-1]["milliseconds"] is not None


def test_an_unknown_number(api: Api) -> None:
    response = api.http.get("/_mock/requests/77")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "request_not_found")


# ── Scenarios ──────────────────────────────────────────────────────────────────────────────────


def test_a_scenario_is_kept_and_dropped(api: Api) -> None:
    """As it was given, YAML or JSON; DELETE takes it away."""
    text = "rules:\n  - reply: 你好 # 注释\n"
    played = api.http.post("/_mock/scenario", content=text.encode())
    assert (played.status_code, played.json()) == (200, {"scenario": text, "rules": 1})
    assert got(api, "scenario") == {"scenario": text, "rules": 1}

    assert api.http.post("/_mock/scenario", json={"rules": []}).json()["rules"] == 0
    assert api.http.delete("/_mock/scenario").status_code == 204
    assert got(api, "scenario") == {"scenario": None, "rules": 0}


def test_a_wrong_scenario_is_refused(api: Api) -> None:
    """With the line and the reason; the one before stays."""
    api.http.post("/_mock/scenario", content="rules:\n  - reply: 一")
    refused = api.http.post("/_mock/scenario", content="rules:\n  - reply: 一\n  - replay: 二")

    assert refused.status_code == 400
    message = refused.json()["error"]["message"]
    assert message.startswith('scenario:3:5: rules[1]: unknown key "replay"; did you mean "reply"?')
    assert got(api, "scenario")["rules"] == 1


def test_reset_plays_the_scenario_from_its_start() -> None:
    """Rules that count calls count from one again."""
    state: MockState = appbuilder_mock.create_app().app.state.mock

    def matched() -> bool:
        assert state.player.playback is not None
        return state.player.playback.match("createRun", "助手", "你好") is not None

    state.player.play("rules: [{match: {nth: 1}, reply: 只有第一次}]".encode())
    assert [matched(), matched()] == [True, False]
    state.reset()
    assert matched()


# ── The live view's data ───────────────────────────────────────────────────────────────────────


def test_live_costs_nothing_while_nothing_changes(api: Api) -> None:
    """304 without a body until something is received, stored or reset."""
    api.run()
    seen = api.http.get("/_mock/live")
    tag = {"If-None-Match": seen.headers["ETag"]}
    same = api.http.get("/_mock/live", headers=tag)
    assert (same.status_code, same.content) == (304, b"")

    api.post("nowhere")
    assert api.http.get("/_mock/live", headers=tag).status_code == 200
    before = api.http.get("/_mock/live").headers["ETag"]
    api.http.post("/_mock/reset")
    assert api.http.get("/_mock/live", headers={"If-None-Match": before}).status_code == 200
