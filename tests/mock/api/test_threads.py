"""Threads and messages: what changes, what stays, what goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.resources.conversation import (
    delete_assistant,
    delete_thread,
    new_assistant,
    new_message,
    new_thread,
)
from appbuilder_mock.resources.files import mount_file
from appbuilder_mock.resources.records import new_run, new_step
from appbuilder_mock.runs.model import Say

from tests.mock.wire import WEATHER, Api


def test_metadata(api: Api) -> None:
    """It is replaced when it is sent; null and what is empty count as left out."""
    made = api.ok("threads")
    where = {"thread_id": made["id"]}
    set_ = api.ok("threads/update", **where, metadata={"题": "天气", "甲": "乙"})
    replaced = api.ok("threads/update", **where, metadata={"题": "新"})
    kept = [api.ok("threads/update", **where), api.ok("threads/update", **where, metadata=None)]
    kept.append(api.ok("threads/update", **where, metadata={}))
    queried = api.ok("threads/query", **where)

    assert set_ == {**made, "metadata": {"题": "天气", "甲": "乙"}}
    assert replaced == {**made, "metadata": {"题": "新"}}
    assert [*kept, queried] == [replaced] * 4


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({str(key): "" for key in range(17)}, "metadata"),
        ({"k" * 65: ""}, "metadata"),
        ({"k": "字" * 513}, "metadata.k"),
        ({"k": 5}, "metadata.k"),
        ([], "metadata"),
    ],
)
def test_wrong_metadata(api: Api, metadata: object, param: str) -> None:
    """400, and nothing changes."""
    thread_id = api.thread()
    error = api.error("threads/update", 400, thread_id=thread_id, metadata=metadata)

    assert error["param"] == param
    assert api.ok("threads/query", thread_id=thread_id)["metadata"] == {}


def test_a_deleted_thread(api: Api) -> None:
    """Its messages, runs and steps are gone with it, and another thread's are not."""
    run, other = api.run(), api.run()
    thread_id, run_id = run["thread_id"], run["id"]
    message_id = run["final_answer"]["message"]["message_id"]
    deleted = api.ok("threads/delete", thread_id=thread_id)

    assert deleted == {"id": thread_id, "object": "thread.deleted", "deleted": True}
    thread, message = {"thread_id": thread_id}, {"message_id": message_id}
    for path, more in [
        ("threads/query", {}),
        ("threads/update", {}),
        ("threads/delete", {}),
        ("threads/messages", {"role": "user", "content": "你好"}),
        ("threads/messages/list", {}),
        ("threads/messages/query", message),
        ("threads/messages/update", message),
        ("threads/messages/files/list", message),
        ("threads/runs", {"assistant_id": run["assistant_id"]}),
        ("threads/runs/list", {}),
        ("threads/runs/query", {"run_id": run_id}),
        ("threads/runs/cancel", {"run_id": run_id}),
        ("threads/runs/steps/list", {"run_id": run_id}),
        ("threads/runs/steps/query", {"run_id": run_id, "step_id": "step-1"}),
    ]:
        assert api.error(path, 404, **thread, **more)["code"] == "thread_not_found"
    assert api.ok("threads/messages/list", thread_id=other["thread_id"])["data"]


def test_a_deleted_thread_leaves_nothing_in_the_store() -> None:
    """Nothing, of a thread with everything in it; nor does its assistant."""
    store = appbuilder_mock.Store()
    before = stored(store)
    thread = new_thread(store, {"messages": [{"role": "user", "content": "你好"}]})
    body = {"role": "user", "content": "再", "file_ids": ["file-1", "file-2", "file-1"]}
    asked = new_message(store, thread["id"], body)
    assistant = new_assistant(store, {"name": "a"})
    mount_file(store, assistant["id"], "file-1")
    run = new_run(assistant, thread["id"], {}, id_="run_1", asked=asked["id"])
    store.add("run", thread["id"], run)
    store.add("step", run["id"], new_step(run, 1, "message_creation", message_id="m"))
    full = stored(store)
    delete_thread(store, thread["id"])
    delete_assistant(store, assistant["id"])

    assert len(full) == 9
    assert stored(store) == before


def stored(store: appbuilder_mock.Store) -> list[Any]:
    kinds = ("assistant", "assistant_file", "thread", "message", "message_file", "run", "step")
    return [document for kind in kinds for document in store.every(kind)]


def test_a_thread_deleted_while_its_stream_waits(api: Api) -> None:
    """The run is cancelled, and the stream reports it."""
    received = []
    with api.stream(tools=[WEATHER]) as events:
        for event in events:
            received.append(event)
            if event.kind == "tool_calls":
                run = received[0].data["details"]["run_object"]
                api.ok("threads/delete", thread_id=run["thread_id"])
    end = [event for event in received if event.name != "ping"][-2:]

    assert [event.kind for event in end] == ["run_cancelling", "run_end"]
    assert [event.data["status"] for event in end] == ["cancelling", "cancelled"]
    assert end[-1].data["details"]["run_object"]["cancelled_at"] > 0
    api.error("threads/query", 404, thread_id=run["thread_id"])


def test_a_thread_deleted_during_a_run(caplog: pytest.LogCaptureFixture) -> None:
    """A blocking call that waits for its end finds no thread; a stream gets the end."""
    # Long enough for the thread to be deleted on the way.
    pieces = ("字",) * 20_000
    with (
        appbuilder_mock.running(plan=lambda _: Say(pieces)) as server,
        Api(server.url, server.token) as api,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        assistant_id, thread_id = api.assistant(), api.thread("你好")
        body = {"assistant_id": assistant_id, "thread_id": thread_id}
        blocking = elsewhere.submit(api.post, "threads/runs", body)
        while not api.ok("threads/runs/list", thread_id=thread_id)["data"]:
            pass
        api.ok("threads/delete", thread_id=thread_id)
        answer = blocking.result()
        with api.stream(assistant_id=assistant_id) as events:
            run = next(events).data["details"]["run_object"]
            next(event for event in events if event.name == "message")
            api.ok("threads/delete", thread_id=run["thread_id"])
            *_, end = events

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "thread_not_found"
    assert (end.kind, end.data["status"]) == ("run_end", "cancelled")
    assert caplog.records == []


FILES = [f"file-{number}" for number in range(10)]


def test_a_message_is_changed(api: Api) -> None:
    """Given fields change; a null counts as omitted, an empty list or text does not."""
    thread_id = api.thread("一")
    made = api.ok(
        "threads/messages", thread_id=thread_id, role="user", content="二", file_ids=FILES[:2]
    )
    where = {"thread_id": thread_id, "message_id": made["id"]}

    def changed(**change: Any) -> dict[str, Any]:
        updated = api.ok("threads/messages/update", **where, **change)
        queried = api.ok("threads/messages/query", **where)
        assert updated == queried
        return queried

    def text(value: str) -> list[Any]:
        return [{"type": "text", "text": {"value": value, "annotations": []}}]

    assert changed() == changed(content=None, file_ids=None) == made
    assert changed(content="三") == {**made, "content": text("三")}
    assert changed(file_ids=FILES[2:]) == {**made, "content": text("三"), "file_ids": FILES[2:]}
    assert changed(content="", file_ids=[]) == {**made, "content": text(""), "file_ids": []}
    assert len(api.ok("threads/messages/list", thread_id=thread_id)["data"]) == 2


def test_a_run_answers_the_changed_message(api: Api) -> None:
    """As it stands when the run begins."""
    thread_id = api.thread("旧")
    [message] = api.ok("threads/messages/list", thread_id=thread_id)["data"]
    where = {"thread_id": thread_id, "message_id": message["id"]}
    api.ok("threads/messages/update", **where, content="新")
    run = api.run(thread_id=thread_id)

    assert "新" in str(run["final_answer"])


def test_the_files_of_a_message(api: Api) -> None:
    """As they are named, each once, the last one first; changed, they are the new ones."""
    thread_id = api.thread()
    where = {"thread_id": thread_id}
    names = [*FILES[:3], FILES[1]]
    message = api.ok("threads/messages", **where, role="user", content="", file_ids=names)
    where["message_id"] = message["id"]
    listed = api.ok("threads/messages/files/list", **where)
    api.ok("threads/messages/update", **where, file_ids=FILES[1:2])
    changed = api.ok("threads/messages/files/list", **where)

    assert message["file_ids"] == names
    assert [file["id"] for file in listed["data"]] == FILES[2::-1]
    for file in listed["data"]:
        assert set(file) == {"id", "object", "created_at", "message_id"}
        assert (file["object"], file["message_id"]) == ("thread.message.file", message["id"])
    assert [file["id"] for file in changed["data"]] == FILES[1:2]


def test_a_message_of_another_thread(api: Api) -> None:
    """404 that names the message, or the thread."""
    thread_id, other = api.thread("一"), api.thread("二")
    [message] = api.ok("threads/messages/list", thread_id=thread_id)["data"]
    for path in ("query", "update", "files/list"):
        where = {"message_id": message["id"]}
        elsewhere = api.error(f"threads/messages/{path}", 404, thread_id=other, **where)
        nowhere = api.error(f"threads/messages/{path}", 404, thread_id="thread_0", **where)

        assert (elsewhere["code"], elsewhere["param"]) == ("message_not_found", "message_id")
        assert (nowhere["code"], nowhere["param"]) == ("thread_not_found", "thread_id")


def test_messages_keep_their_order(api: Api) -> None:
    """Also where many are made within one millisecond."""
    texts = [f"第 {number} 条" for number in range(500)]
    thread_id = api.thread(*texts)
    listed = api.ok("threads/messages/list", thread_id=thread_id, limit=500, order="asc")["data"]

    assert [message["content"][0]["text"]["value"] for message in listed] == texts
    assert len({message["created_at"] for message in listed}) < 500  # some share one


def test_a_message_too_many_files(api: Api) -> None:
    """Eleven are refused, made or changed."""
    thread_id = api.thread("一")
    [message] = api.ok("threads/messages/list", thread_id=thread_id)["data"]
    files = [*FILES, "file-10"]
    body: dict[str, Any] = {"thread_id": thread_id, "file_ids": files}

    assert api.error("threads/messages", 400, **body, role="user", content="")["param"]
    assert api.error("threads/messages/update", 400, **body, message_id=message["id"])["param"]
