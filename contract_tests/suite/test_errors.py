"""Each error that openapi.yaml documents, provoked; a refused request changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import OwnedObjects
from contract_tests.spec import document as spec
from contract_tests.spec.samples import QUESTION, WEATHER, only_call
from contract_tests.target.mock_control import MockControl
from contract_tests.target.target import Target
from scripts.evidence import about

# More than the mock takes; how much another server takes is not known.
LARGE_BODY = b" " * (32 * 1024 * 1024 + 1)
LARGE_FILE = 100 * 1024 * 1024 + 1


def documented(*statuses: str) -> list[Any]:
    """Parameters: each operation with each of these statuses that it documents."""
    return [
        pytest.param(operation_id, int(answer.status), id=f"{operation_id}-{answer.status}")
        for operation_id in spec.operations()
        for answer in spec.answers(operation_id)
        if answer.status in statuses
    ]


# Their only 404 is that of a page's bound; the other objects that they name are missing as well.
ONLY_A_BOUND = ("listAssistants",)


@about("* 400", "* 401", "* 404", "* 415")
@pytest.mark.live_safe
@pytest.mark.parametrize(("operation_id", "status"), documented("400", "401", "404", "415"))
def test_refused_because_of_the_request(
    client: CheckedClient, operation_id: str, status: int
) -> None:
    """A body that is no object, a bad token, ids that name nothing, a body of another type."""
    body = json.dumps(client.document.example(operation_id), default=str).encode()
    if status == 401:
        client.refused(operation_id, body, status=401, authorization="Bearer none")
    elif status == 415:
        client.refused(operation_id, body, status=415, content_type="text/plain")
    elif status == 404 and operation_id in ONLY_A_BOUND:
        client.observe("bound", operation_id, unknown_ids(client, operation_id), status=404)
    elif status == 404:
        client.call(operation_id, unknown_ids(client, operation_id), status=404)
    elif operation_id == "createFile":
        client.call(operation_id, {}, status=400)
    else:
        client.refused(operation_id, b"[]", status=400)


@about("* 409")
@pytest.mark.live_safe
def test_refused_by_the_state_of_a_run(client: CheckedClient) -> None:
    """While a run waits, its thread accepts no other run; an ended run accepts no outputs.

    For another server the response is unknown, as is the fate of a run followed by a second one.
    """
    assistant_id = client.call("createAssistant", {"name": "天气助手"})["id"]
    thread_id = client.call("createThread", QUESTION)["id"]
    body = {"assistant_id": assistant_id, "thread_id": thread_id}
    run = client.call("createRun", {**body, "tools": [WEATHER]})
    ids = {"thread_id": thread_id, "run_id": run["id"]}
    outputs = [{"tool_call_id": only_call(run)["id"], "output": "晴"}]

    if client.observe("run-state", "createRun", {**body, "thread": QUESTION}, status=409):
        return
    client.call("submitToolOutputs", {**ids, "tool_outputs": outputs})
    again = {**ids, "tool_outputs": outputs}
    client.observe("run-state", "submitToolOutputs", again, status=409)
    client.observe("run-state", "cancelRun", ids, status=409)


@about("* 413")
@pytest.mark.parametrize(("operation_id", "status"), documented("413"))
def test_refused_because_it_is_large(
    client: CheckedClient, control: MockControl, operation_id: str, status: int
) -> None:
    if operation_id == "createFile":
        head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        body = head + bytes(LARGE_FILE) + b"\r\n--edge--\r\n"
        content_type = "multipart/form-data; boundary=edge"
        client.refused(operation_id, body, status=status, content_type=content_type)
    else:
        client.refused(operation_id, LARGE_BODY, status=status)


@about("* 429", "* 500")
@pytest.mark.parametrize(("operation_id", "status"), documented("429", "500"))
def test_refused_by_the_server(
    client: CheckedClient, control: MockControl, operation_id: str, status: int
) -> None:
    """The mock is scripted to refuse, and how."""
    control.refuse(operation_id, status)
    body = json.dumps(client.document.example(operation_id), default=str).encode()

    assert client.refused(operation_id, body, status=status)["error"]["code"] == "told_to"


def unknown_ids(client: CheckedClient, operation_id: str) -> dict[str, Any]:
    """The example, each id in it replaced by one that names nothing."""
    body = client.document.example(operation_id)
    if "List" in operation_id or "list" in operation_id:
        body["after"] = "none_0"
    return {
        name: "none_0" if name.endswith("_id") and value else value for name, value in body.items()
    }


NOTHING = "没有_0"  # no id of anything
# Whether a file is looked up to be mounted is not known.
ANY_FILE = [(name, "file_id") for name in ("mountAssistantFile", "unmountAssistantFile")]
NO_OBJECTS = (b"[]", b'"text"', b"null", b"{", b'{"name": NaN}', b"\xff", b"")


@about("*/body", "!createFile/body")
@pytest.mark.parametrize("operation_id", spec.operations())
def test_refused_request_changes_nothing(
    target: Target, client: CheckedClient, owned: OwnedObjects, operation_id: str
) -> None:
    """A broken or missing body, one of another type, or an unknown id changes no object."""
    before = owned.seen(client)

    # Another server may accept a missing body.
    needs_body = (
        target.kind == "mock" and spec.operations()[operation_id]["requestBody"]["required"]
    )
    for content in NO_OBJECTS if operation_id != "createFile" else ():
        if content or needs_body:
            client.refused(operation_id, content, status=400)
    for broken in bodies_with_a_fault(owned, operation_id):
        client.refused(operation_id, json.dumps(broken).encode(), status=400)
    changed = False
    for name in spec.required_ids(operation_id):
        body = {**owned.body(operation_id), name: NOTHING}
        if (operation_id, name) in ANY_FILE:
            changed |= client.observe("mounts", operation_id, body, status=404) is not None
            continue
        answer = client.refused(operation_id, json.dumps(body).encode(), status=404)
        error = answer["error"]
        blamed = error.get("param", error.get("params")) if isinstance(error, dict) else None
        assert blamed in (None, name)
    body = owned.body(operation_id) if operation_id != "createFile" else {}
    # Another server may take these, and then something changes.
    types = ("text/plain", "application/xml", "") if target.kind == "mock" else ()
    for content_type in types:
        content = json.dumps(body).encode()
        client.refused(operation_id, content, status=415, content_type=content_type)

    assert changed or owned.seen(client) == before


def bodies_with_a_fault(owned: OwnedObjects, operation_id: str) -> Iterator[dict[str, Any]]:
    """A valid body with one required field that is missing, null, empty or no text."""
    if operation_id == "createFile":
        return
    body = owned.body(operation_id)
    for name in spec.body_schema(spec.operations()[operation_id]).get("required", ()):
        yield {key: value for key, value in body.items() if key != name}
        yield {**body, name: None}
        yield {**body, name: 1}
        if name.endswith("_id") or name == "name":
            yield {**body, name: ""}


@about("CreateRunRequest else.*", "CreateRunRequest.thread_id/*")
def test_refused_combination_changes_nothing(client: CheckedClient, owned: OwnedObjects) -> None:
    """A run needs a thread or a message for a new one; its outputs name it, and its thread."""
    output = {"tool_call_id": owned.call_id, "output": "晴"}
    body = {"assistant_id": owned.ids["assistant_id"], "stream": False}
    thread_id = owned.waiting["thread_id"]
    question = {"messages": [{"role": "user", "content": "还在吗"}]}
    before = owned.seen(client)

    wrong: tuple[dict[str, Any], ...] = (
        {},
        {"thread_id": "", "thread": None},
        {"thread": {}},
        {"thread": {"messages": []}},
        {"thread_id": thread_id, "tool_output": output},
        {"thread_id": thread_id, "tool_output": {**output, "run_id": ""}},
        {"tool_output": {**output, "run_id": owned.waiting["run_id"]}},
        {"tool_output": {**output, "run_id": owned.waiting["run_id"]}, "thread": question},
    )
    for fields in wrong:
        client.refused("createRun", json.dumps({**body, **fields}).encode(), status=400)

    assert owned.seen(client) == before


def test_refused_by_state_changes_nothing(client: CheckedClient, owned: OwnedObjects) -> None:
    """An ended run accepts no outputs and no cancellation; a waiting run admits no second run.

    Another server may accept these requests, and then objects change: an open question.
    """
    ended = {name: owned.ids[name] for name in ("thread_id", "run_id")}
    output = {"tool_call_id": owned.call_id, "output": "晴"}
    question = {"messages": [{"role": "user", "content": "还在吗"}]}
    before = owned.seen(client)

    outputs = {**ended, "tool_outputs": [output]}
    taken = [
        client.observe("run-state", "submitToolOutputs", outputs, status=409),
        client.observe("run-state", "cancelRun", ended, status=409),
    ]
    second = {
        "assistant_id": owned.ids["assistant_id"],
        "thread_id": owned.waiting["thread_id"],
        "thread": question,
    }
    for stream in (False, True):
        run = {**second, "stream": stream}
        taken.append(client.observe("run-state", "createRun", run, status=409))

    assert any(taken) or owned.seen(client) == before


def test_refused_stream_is_an_error(client: CheckedClient, owned: OwnedObjects) -> None:
    """Before its first event a stream is refused as any call is: by a status, in JSON."""
    body = {**owned.body("createRun"), "stream": True}
    before = owned.seen(client)

    client.call("createRun", {**body, "assistant_id": NOTHING}, status=404)
    client.call("createRun", {**body, "instructions": "字" * 4097}, status=400)
    two = [{"role": "user", "content": text} for text in ("一", "二")]
    client.call("createRun", {**body, "thread": {"messages": two}}, status=400)

    assert owned.seen(client) == before
