"""Every error that openapi.yaml documents, provoked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.spec import document as spec
from contract_tests.spec.samples import QUESTION, WEATHER, only_call
from contract_tests.target.mock_control import MockControl
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


# Their only 404 is that of a page's bound; what is named beside it is not there either.
ONLY_A_BOUND = ("listAssistants",)


@about("* 400", "* 401", "* 404", "* 415")
@pytest.mark.live_safe
@pytest.mark.parametrize(("operation_id", "status"), documented("400", "401", "404", "415"))
def test_refused_by_what_is_sent(client: CheckedClient, operation_id: str, status: int) -> None:
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
    """While a run waits its thread takes no other; when it has ended, it takes no outputs.

    What another server answers then is not known, nor what becomes of a run that a second follows.
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
