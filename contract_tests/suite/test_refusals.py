"""A refused request, with the right status, changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import OwnedObjects
from contract_tests.spec import document as spec
from contract_tests.target.target import Target
from scripts.evidence import about

NOTHING = "没有_0"  # no id of anything
# Whether a file is looked up to be mounted is not known.
ANY_FILE = [(name, "file_id") for name in ("mountAssistantFile", "unmountAssistantFile")]
NO_OBJECTS = (b"[]", b'"text"', b"null", b"{", b'{"name": NaN}', b"\xff", b"")


@about("*/body", "!createFile/body")
@pytest.mark.parametrize("operation_id", spec.operations())
def test_refused_request_changes_nothing(
    target: Target, client: CheckedClient, owned: OwnedObjects, operation_id: str
) -> None:
    """Neither a body that is broken or none, nor one of another type, nor an unknown id."""
    before = owned.seen(client)

    # Another server may do without a body.
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
    """A right body but for one field that must be there: gone, null, empty or no text."""
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
    """A run that has ended takes no outputs and no end; one that waits stays alone.

    What another server takes is not known, and then something changes.
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
