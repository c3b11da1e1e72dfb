"""Open questions about the API, answered one way or the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.readings import CHOICES, Readings

from tests.mock.process import refused, serving
from tests.mock.uploads import upload
from tests.mock.wire import WEATHER, Api


@contextmanager
def reading(**options: Any) -> Iterator[Api]:
    """A caller of a server with these options."""
    with (
        appbuilder_mock.running(**options) as server,
        Api(server.url, server.token) as api,
    ):
        yield api


def test_after_by_creation() -> None:
    """A pager that reads `desc` by `after` gets 39 items of 25, and 5 not at all."""
    with reading(readings={"after": "created-after"}) as api:
        ids = [api.ok("assistants", name=f"助手{number}")["id"] for number in range(25)]
        first = api.ok("assistants/list")
        second = api.ok("assistants/list", after=first["last_id"])
        rest = api.ok("assistants/list", order="asc", after=ids[19])

    given = [item["id"] for item in (*first["data"], *second["data"])]
    assert (len(given), len(set(ids) - set(given)), second["has_more"]) == (39, 5, False)
    assert [item["id"] for item in rest["data"]] == ids[20:]


def test_the_purpose_in_lists() -> None:
    """As printed: empty, where the answer to the upload has the word."""
    with reading(readings={"listed-purpose": "empty"}) as api:
        made = upload(api, b"a")
        queried = api.ok("storage/files/query", file_id=made["id"])
        [listed] = api.ok("storage/files/list")["data"]

    assert (made["purpose"], queried["purpose"], listed["purpose"]) == ("assistant", "", "")


@pytest.mark.parametrize(
    ("word", "said"), [("null", None), ("error-text", {"error": "no file 'file-0'"})]
)
def test_an_unknown_file(word: str, said: Any) -> None:
    """In place of the error, where files are looked up, read and deleted."""
    with reading(readings={"unknown-file": word}) as api:
        for path in ("query", "delete", "download", "content"):
            answer = api.post(f"storage/files/{path}", {"file_id": "file-0"})
            assert (answer.status_code, answer.json()) == (200, said)
        where = {"assistant_id": api.assistant(), "file_id": "file-0"}
        assert api.error("assistants/files", 404, **where)["code"] == "file_not_found"
        assert api.error("threads/query", 404, thread_id="thread_0")["code"] == "thread_not_found"


def test_empty_fields() -> None:
    """Kept, but for instructions, which empty ones are known to empty."""
    full = {"name": "a", "description": "说明", "instructions": "想", "file_ids": ["file-1"]}
    said = {"role": "user", "content": "你好", "file_ids": ["file-1"]}
    with reading(readings={"empty-fields": "kept"}) as api:
        made = api.ok("assistants", **full)
        empty = {"description": "", "instructions": "", "file_ids": [], "metadata": {}}
        api.ok("assistants/update", assistant_id=made["id"], **empty)
        updated = api.ok("assistants/query", assistant_id=made["id"])
        message = api.ok("threads/messages", thread_id=api.thread(), **said)
        where = {"thread_id": message["thread_id"], "message_id": message["id"]}
        same = api.ok("threads/messages/update", **where, content="", file_ids=[])

    assert updated == {**made, "instructions": ""}
    assert same == message


def test_empty_thread_metadata() -> None:
    """An assistant's is kept in any case."""
    with reading(readings={"empty-thread-metadata": "emptied"}) as api:
        thread = api.ok("threads/update", thread_id=api.thread(), metadata={"主题": "天气"})
        emptied = api.ok("threads/update", thread_id=thread["id"], metadata={})
        assistant = api.ok("assistants", name="a", metadata={"主题": "天气"})
        kept = api.ok("assistants/update", assistant_id=assistant["id"], metadata={})

    assert (emptied["metadata"], kept["metadata"]) == ({}, {"主题": "天气"})


def test_messages_as_they_may_be() -> None:
    """With their metadata; a user's with the thread's assistant and without annotations."""
    said = {"role": "user", "content": "你好", "metadata": {"主题": "天气"}}
    with reading(readings={"message-metadata": "shown", "user-messages": "of-assistant"}) as api:
        run = api.run()
        made = api.ok("threads/messages", thread_id=run["thread_id"], **said)
        newest, answer, first = api.ok("threads/messages/list", thread_id=run["thread_id"])["data"]

    assert newest == made
    assert (made["metadata"], made["assistant_id"]) == ({"主题": "天气"}, run["assistant_id"])
    assert made["content"] == [{"type": "text", "text": {"value": "你好"}}]
    assert (first["metadata"], first["assistant_id"]) == ({}, "")
    assert answer["content"][0]["text"]["annotations"] == []


@pytest.mark.parametrize("word", ["anew", "kept"])
def test_a_run_that_starts_anew(word: str) -> None:
    """By `tool_output` always, by submitted outputs as it is read."""
    with reading(readings={"started-at-after-submit": word}) as api:
        results = []
        for way in ("tool_output", "submit"):
            waiting = api.run(tools=[WEATHER])
            [call] = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
            where = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
            output = {"tool_call_id": call["id"], "output": "晴"}
            time.sleep(0.02)
            if way == "submit":
                done = api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=[output])
            else:
                output["run_id"] = where["run_id"]
                done = api.run(thread_id=where["thread_id"], tool_output=output)
            results.append(done["started_at"] > waiting["started_at"])

    assert results == [True, word == "anew"]


@pytest.mark.parametrize(
    ("word", "missing"),
    [
        ("name", ["name", None, "name"]),
        ("model", [None, "model", "model"]),
        ("name-and-model", ["name", "model", "name"]),
        ("nothing", [None, None, None]),
    ],
)
def test_required_fields_of_an_assistant(word: str, missing: list[str | None]) -> None:
    """400 that names what is missing, of a request with a model, with a name, with neither."""
    with reading(readings={"assistant-needs": word}) as api:
        for body, param in zip(({"model": "m"}, {"name": "a"}, {}), missing, strict=True):
            if param is None:
                assert api.ok("assistants", **body)["name"] == body.get("name", "")
            else:
                assert api.error("assistants", 400, **body)["param"] == param
        assert api.ok("assistants", name="a", model="m")["name"] == "a"


def test_unknown_readings_are_refused() -> None:
    """In words that say which there are."""
    with pytest.raises(ValueError, match="expected one of after"):
        Readings.of({"没有": "x"})
    with pytest.raises(ValueError, match="after is one of in-listing, created-after, got '后'"):
        Readings.of({"after": "后"})
    status, _, err = refused("--reading", "after")
    assert (status, "expected QUESTION=READING, got 'after'" in err) == (2, True)


def test_the_option() -> None:
    """On the command line; it may be given several times, and the last one counts."""
    options = ("--reading", "after=in-listing", "--reading", "after=created-after")
    with serving(*options) as server, server.api() as api:
        old, new = (api.ok("assistants", name=name)["id"] for name in ("旧", "新"))
        listed = api.ok("assistants/list", after=old)["data"]

    assert [one["id"] for one in listed] == [new]


def test_the_default_is_the_first_choice() -> None:
    """So that the documentation can list the default first."""
    for question, choices in CHOICES.items():
        assert getattr(Readings(), question.replace("-", "_")) == choices[0]
