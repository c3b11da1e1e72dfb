"""Assistants, threads and messages, as a user handles them, against the mock server."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import BadRequestError, NotFoundError

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer

TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {}}}


def test_an_assistant_s_life(client: Any) -> None:
    """Made, looked up, listed, deleted; then it is gone."""
    assistants = client.assistants
    made = assistants.create("助手_1", "说明", metadata={"a": "1"})

    assert assistants.query(made.id).name == "助手_1"
    assert made.id in [one.id for one in assistants.list(100).data]
    assert made.id in [one.id for one in assistants.list_all()]
    assert assistants.delete(made.id).deleted
    for call in (assistants.query, assistants.delete, assistants.update):
        with pytest.raises(NotFoundError):
            call(made.id)


def test_an_update_changes_the_named_fields(client: Any) -> None:
    """The rest stays: a name, a tool, metadata."""
    assistants = client.assistants
    made = assistants.create(
        "a", "d", "any-model_of-2030", "text", "i", "t", "c", [TOOL], [], {"k": "v"}
    )

    changed = assistants.update(made.id, description="新的说明")
    again = assistants.query(made.id)

    for found in (changed, again):
        assert found.description == "新的说明"
        assert (found.name, found.instructions) == ("a", "i")
        assert (found.thought_instructions, found.chat_instructions) == ("t", "c")
        assert found.metadata == {"k": "v"}
        assert [tool.function.name for tool in found.tools] == ["f"]


def test_an_update_can_empty(client: Any) -> None:
    """Empty text and lists are sent; None is not. Empty metadata changes nothing, as recorded."""
    assistants = client.assistants
    made = assistants.create("a", "d", instructions="i", tools=[TOOL], metadata={"k": "v"})

    assistants.update(made.id, None, None, "", "", [], metadata={})
    again = assistants.query(made.id)

    assert (again.name, again.description, again.instructions) == ("a", "", "")
    assert (again.tools, again.metadata) == ([], {"k": "v"})


def test_the_fields_that_an_update_sends(harness: ClientHarness, serve: Serve) -> None:
    """Only what the caller said, under its own name, in the official positions."""
    body = {"id": "a", "object": "assistant", "name": "n", "created_at": 1}
    server = serve(lambda exchange: exchange.send(answer(body)))
    update = harness.client("k", server.url).assistants.update

    update("a", "my-own-model")
    update("a", instructions="")
    update("a", "m", "n", "d", "i", [TOOL], "t", "c", "json_object", ["f"], {"k": "v"})

    assert [exchange.json for exchange in server.exchanges] == [
        {"assistant_id": "a", "model": "my-own-model"},
        {"assistant_id": "a", "instructions": ""},
        {
            "assistant_id": "a",
            "model": "m",
            "name": "n",
            "description": "d",
            "instructions": "i",
            "tools": [TOOL],
            "thought_instructions": "t",
            "chat_instructions": "c",
            "response_format": "json_object",
            "file_ids": ["f"],
            "metadata": {"k": "v"},
        },
    ]


def test_a_thread_s_life(client: Any) -> None:
    """Made, given metadata, looked up, deleted; then it and its messages are gone."""
    threads = client.threads
    made = threads.create()

    changed = threads.update(made.id, {"项目": "长城"})

    assert threads.query(made.id).metadata == {"项目": "长城"}
    assert changed.id == made.id
    assert threads.update(made.id).id == made.id
    assert threads.query(made.id).metadata == {"项目": "长城"}
    threads.update(made.id, {})
    assert threads.query(made.id).metadata == {"项目": "长城"}
    assert threads.delete(made.id).deleted
    for call in (threads.query, threads.delete, threads.update, threads.messages.list):
        with pytest.raises(NotFoundError):
            call(made.id)


def test_thread_metadata_is_sent(harness: ClientHarness, serve: Serve) -> None:
    """By `update`, and with the thread of a run."""
    thread = {"id": "t", "object": "thread", "created_at": 1}
    server = serve(lambda exchange: exchange.send(answer({**thread, **RESULT})))
    threads = harness.client("k", server.url).threads

    threads.update("t", {"k": "值"})
    begun = {"messages": [{"role": "user", "content": "你好"}], "metadata": {"k": "值"}}
    threads.runs.run("a", thread=begun)

    first, second = (exchange.json for exchange in server.exchanges)
    assert first == {"thread_id": "t", "metadata": {"k": "值"}}
    assert second["thread"] == begun


RESULT = {"assistant_id": "a", "thread_id": "t", "status": "completed"}


@pytest.mark.sends_invalid_requests("the limit of a key's length is the service's to watch")
def test_too_much_metadata_is_refused_by_the_service(client: Any) -> None:
    """The limits are the service's, and so is the word on which was broken."""
    thread = client.threads.create()

    with pytest.raises(BadRequestError) as caught:
        client.threads.update(thread.id, {"k" * 65: "v"})

    assert caught.value.param is not None
    assert "metadata" in caught.value.param


def test_a_message_s_life(client: Any) -> None:
    """Appended with a file, looked up, listed, changed."""
    file = client.assistants.files.create(b"x", filename="x.txt")
    thread = client.threads.create()
    messages = client.threads.messages
    made = messages.create(thread.id, "你好", "user", [file.id])
    messages.create(thread.id, "再见")

    assert messages.query(thread.id, made.id).content[0].text.value == "你好"
    page = messages.list(thread.id, 20, "asc", "", "")
    assert [message.content[0].text.value for message in page.data] == ["你好", "再见"]
    assert [one.id for one in messages.files(thread.id, made.id).data] == [file.id]
    assert [one.message_id for one in messages.files_all(thread.id, made.id)] == [made.id]

    changed = messages.update(thread.id, made.id, "您好")
    assert changed.content[0].text.value == "您好"
    assert messages.query(thread.id, made.id).file_ids == [file.id]
    messages.update(thread.id, made.id, file_ids=[])
    again = messages.query(thread.id, made.id)
    assert (again.content[0].text.value, again.file_ids) == ("您好", [])
    with pytest.raises(NotFoundError):
        messages.query(thread.id, "msg_没有")
