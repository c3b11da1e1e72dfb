"""The live view's data, and the calls that the page at `/` makes."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.runs.model import Say

from tests.mock.wire import WEATHER, Api


@pytest.fixture
def api() -> Any:
    with appbuilder_mock.running() as server, Api(server.url, server.token) as own:
        yield own


def live(api: Api, **query: Any) -> Any:
    return api.http.get("/_mock/live", params=query).json()


def ids(live: Any) -> list[str]:
    return [one["id"] for one in live["threads"]]


def test_threads_and_requests(api: Api) -> None:
    """Those used last, newest first; an old one comes up when it is used; more are asked for."""
    threads = [api.thread(f"第 {number} 个") for number in range(35)]
    shown = live(api)
    assert ids(shown) == threads[:4:-1]
    assert (shown["more_threads"], shown["threads"][0]["title"]) == (True, "第 34 个")
    assert [one["number"] for one in shown["requests"]] == list(range(35, 0, -1))
    assert ids(live(api, threads=60)) == threads[::-1]
    assert not live(api, threads=35)["more_threads"]
    assert len(live(api, requests=3)["requests"]) == 3

    api.ok("threads/messages", thread_id=threads[0], role="user", content="还在吗")
    assert ids(live(api))[:2] == [threads[0], threads[34]]


def test_search(api: Api) -> None:
    """In messages, in what runs hold, and in ids; letters in any case, and words as they stand."""
    one = api.thread('他说:"你好"')
    two = api.thread("Grüße aus Köln")
    run = api.run(thread_id=two)
    api.run(thread_id=api.thread("北京"), tools=[WEATHER])

    assert ids(live(api, q="你好")) == [one]
    assert ids(live(api, q='"你好"')) == [one]
    assert ids(live(api, q="grüße")) == [two]
    assert ids(live(api, q="GET_weather")) == ids(live(api))[:1]
    assert ids(live(api, q=run["id"])) == [two]
    assert ids(live(api, q=one)) == [one]
    assert ids(live(api, q="%")) == ids(live(api, q="没有")) == []


def test_a_thread_as_a_conversation(api: Api) -> None:
    """Oldest first: what was asked, the run with its steps and what it had, what was answered."""
    assistant = api.assistant(name="天气助手", instructions="简短", tools=[WEATHER])
    thread = api.thread("北京天气如何？")
    where, call = api.waiting_run(assistant_id=assistant, thread_id=thread)
    asked, run = live(api, thread=thread)["thread"]["items"]
    assert (asked["role"], asked["text"]) == ("user", "北京天气如何？")
    assert (run["status"], run["assistant"], run["instructions"]) == (
        *("requires_action", "天气助手"),
        "简短",
    )
    assert run["tools"] == [WEATHER["function"]]
    assert run["waits"] == [{"id": call, "name": "get_weather", "arguments": '{"city":"北京"}'}]
    assert run["ended"] is None
    assert run["steps"][0]["calls"] == [{"name": "get_weather", "arguments": '{"city":"北京"}'}]

    outputs = [{"tool_call_id": call, "output": "晴"}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    _, run, answer = live(api, thread=thread)["thread"]["items"]
    assert (run["status"], run["waits"], run["saying"]) == ("completed", [], "")
    assert (answer["role"], answer["run_id"]) == ("assistant", where["run_id"])
    first, second = run["steps"]
    assert run["time"] <= first["time"] <= first["ended"] <= second["time"]
    assert second["ended"] <= run["ended"]
    assert live(api)["threads"][0] | {"created_at": 0} == {
        "id": thread,
        "created_at": 0,
        "title": "北京天气如何？",
        "messages": 2,
        "runs": 1,
        "status": "completed",
    }


def test_long_texts_and_long_threads_are_cut(api: Api) -> None:
    thread = api.thread(*["好"] * 101)
    api.ok("threads/messages", thread_id=thread, role="user", content="还在吗" * 10_000)
    shown = live(api, thread=thread)["thread"]

    assert shown["more"]
    assert len(shown["items"]) == 100
    assert shown["items"][-1]["text"].endswith("… (30000)")
    assert live(api, thread="thread_gone")["thread"] is None


def test_an_answer_that_grows() -> None:
    """The partial answer of a run is shown while it is streamed, and gone when the run is over."""

    def plan(_: object) -> Say:
        return Say(("第一句。", "第二句。"), chunk_delay=600)  # until it is cancelled

    with appbuilder_mock.running(plan=plan) as server, Api(server.url, server.token) as api:
        thread = api.thread("说吧")
        before = api.http.get("/_mock/live").headers["ETag"]
        with api.stream(thread_id=thread) as events:
            next(event for event in events if event.name == "message")
            response = api.http.get("/_mock/live", params={"thread": thread})
            run = response.json()["thread"]["items"][-1]
            api.ok("threads/runs/cancel", thread_id=thread, run_id=run["id"], sync=True)
        after = live(api, thread=thread)["thread"]["items"][-1]

    assert response.headers["ETag"] != before
    assert (run["status"], run["saying"]) == ("in_progress", "第一句。")
    assert (after["status"], after["saying"]) == ("cancelled", "")


def test_both_bodies_of_a_request(api: Api) -> None:
    """As JSON, or as the events of a stream; of a file only how long it is."""
    thread = api.thread("你好")
    events = api.streamed(thread_id=thread)
    file = api.http.post(
        "/v2/storage/files", params={"purpose": "assistant"}, files={"file": ("a.txt", b"secret")}
    ).json()
    content = api.post("storage/files/content", {"file_id": file["id"]})
    entries = api.http.get("/_mock/requests").json()["data"]

    assert entries[0]["response"]["id"] == thread
    assert entries[0]["thread_id"] == thread
    stream = entries[2]
    assert stream["response"].count("event: message") == len(
        [event for event in events if event.name == "message"]
    )
    assert stream["thread_id"] == thread
    assert content.content == b"secret"
    assert (entries[-1]["response"], entries[-1]["response_length"]) == (None, 6)


def test_a_long_stream_is_kept_in_part(api: Api) -> None:
    api.streamed(thread_id=api.thread("长" * 50_000))
    entry = api.http.get("/_mock/requests").json()["data"][-1]

    assert entry["response"].endswith("…")
    assert len(entry["response"].encode()) < 20_000 < entry["response_length"]


# ── Calls of the page ──────────────────────────────────────────────────────────────────────────


def call(api: Api, operation: str, body: Any, **headers: str) -> httpx.Response:
    """Without a token, as a browser calls."""
    return httpx.post(f"{api.url}/_mock/call/{operation}", json=body, headers=headers)


def test_a_call_of_the_page(api: Api) -> None:
    """It is the API's own: answered, refused and shown as any caller's, and needs no token here."""
    made = call(api, "createThread", {"messages": [{"role": "user", "content": "你好"}]})
    wrong = call(api, "createThread", {"messages": 5})
    entries = api.http.get("/_mock/requests").json()["data"]

    assert made.json()["object"] == "thread"
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "messages")
    assert [(one["path"], one["status"]) for one in entries] == [
        ("/v2/threads", 200),
        ("/v2/threads", 400),
    ]
    assert entries[0]["headers"]["authorization"] == "Bearer •••"
    assert call(api, "createNothing", {}).status_code == 404


def test_a_page_of_another_site_may_not_call(api: Api) -> None:
    for headers in ({"Origin": "http://attacker.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert call(api, "createThread", {}, **headers).status_code == 403
    assert live(api)["threads"] == []


def test_a_call_of_the_page_meets_the_scenario() -> None:
    fault = "rules: [{match: {operation: createThread}, fault: {status: 503}}]"
    with appbuilder_mock.running(scenario=fault) as server, Api(server.url, server.token) as api:
        assert call(api, "createThread", {}).status_code == 503
