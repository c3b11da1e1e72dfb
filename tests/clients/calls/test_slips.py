"""Common mistakes of programs, and their errors, with both clients."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiStatusError, NotFoundError, ResponseError

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer


def test_the_default_role(client: Any) -> None:
    """A message without a role is the user's: in a new thread, and in a run."""
    thread = client.threads.create([{"content": "你好"}])
    assistant = client.assistants.create("echo")

    (message,) = client.threads.messages.list(thread.id)
    assert (message.role, client.text(message)) == ("user", "你好")
    assert client.text(client.threads.runs.run(assistant.id, thread.id)).endswith('"你好"')
    question = {"messages": [{"content": "再见"}]}
    assert client.text(client.threads.runs.run(assistant.id, thread.id, question)).endswith(
        '"再见"'
    )
    stream = client.threads.runs.stream_run(assistant.id, thread=question)
    assert stream.final_text().endswith('"再见"')


def test_swapped_ids(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """The error names the two, and nothing is sent."""
    client = harness.client(server.token, server.url)
    assistant = client.assistants.create("echo").id
    thread = client.threads.create([{"content": "你好"}]).id
    run = client.threads.runs.run(assistant, thread).id
    runs, sent = client.threads.runs, len(server.requests)
    calls = [
        lambda: runs.cancel(thread, run),
        lambda: runs.query(run, thread),
        lambda: runs.run(thread, assistant),
        lambda: runs.stream_run(thread, assistant),
        lambda: runs.run_with_tools(thread, assistant),
        lambda: runs.stream_run_with_tools(thread, assistant),
        lambda: runs.wait(run, thread),
        lambda: runs.submit_tool_outputs(thread, run, [{"tool_call_id": "c", "output": ""}]),
        lambda: list(runs.steps.list_all(run, thread)),
    ]

    for call in calls:
        with pytest.raises(ValueError, match=r"\w+_id and \w+_id look swapped"):
            call()
    with pytest.raises(ValueError, match="queryThread: thread_id is the id of a run"):
        client.threads.query(run)
    with pytest.raises(TypeError, match=r"expected the id of a thread, a text.*give its \.id"):
        client.threads.delete(client.threads.query(thread))
    assert len(server.requests) == sent + 1


def test_null_for_an_unknown_id(harness: ClientHarness, serve: Serve) -> None:
    """Look-ups find nothing; for any other call it is no answer."""
    client = harness.client("k", serve(lambda exchange: exchange.send(answer(b"null"))).url)
    threads, raw = client.threads, client.with_raw_response
    look_ups = [
        lambda: client.assistants.files.query("file-没有"),
        lambda: client.assistants.files.delete("file-没有"),
        lambda: client.assistants.query("a"),
        lambda: threads.query("t"),
        lambda: threads.messages.query("t", "m"),
        lambda: threads.runs.query("t", "r"),
        lambda: threads.runs.wait("t", "r"),
        lambda: threads.runs.steps.query("t", "r", "step-1"),
        lambda: raw.threads.query("t"),
    ]
    others = [
        lambda: threads.create(),
        lambda: threads.runs.list("t"),
        lambda: threads.runs.cancel("r", "t"),
        lambda: threads.delete("t"),
    ]

    for call in look_ups:
        with pytest.raises(
            NotFoundError, match=r"answered null: no \w+ has this id \(\w+_id="
        ) as caught:
            call()
        assert caught.value.status_code == 200
    for call in others:
        with pytest.raises(ResponseError, match="expected a JSON object, got 'null'"):
            call()


@pytest.mark.parametrize(
    ("text", "cls"),
    [("文件不存在", NotFoundError), ("File not found", NotFoundError), ("忙", ApiStatusError)],
)
def test_a_text_for_an_unknown_file(
    harness: ClientHarness, serve: Serve, text: str, cls: type[ApiStatusError]
) -> None:
    """The error has the text; a text that says that there is no file is a NotFoundError."""
    server = serve(lambda exchange: exchange.send(answer({"error": text})))

    with pytest.raises(ApiStatusError, match=f"^200: {text}") as caught:
        harness.client("k", server.url).assistants.files.query("file-1")
    assert type(caught.value) is cls
