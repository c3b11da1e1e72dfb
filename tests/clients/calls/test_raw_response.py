"""Unprocessed answers, and additional headers and fields of requests."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest
from appbuilder_assistants import AsyncAppBuilder, NotFoundError, RawResponse, RetryPolicy

from tests.clients.bodies import EMPTY_LIST, RUN, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.generated.spec import SPEC


def test_an_answer_as_it_came(harness: ClientHarness, serve: Serve) -> None:
    """Status, headers, body and the parsed object of one call, retries and all."""
    sent = [
        answer({}, "503 Service Unavailable"),
        answer({**RUN, "新": "字段"}, "201 Created", x_appbuilder_request_id="req_1", x_odd="1"),
    ]
    server = serve(lambda exchange: exchange.send(sent.pop(0)))
    client = harness.client("k", server.url, retry=AT_ONCE)

    response = client.with_raw_response.threads.runs.query("t", "r")

    assert isinstance(response, RawResponse)
    assert response.status_code == 201
    assert (response.headers["X-ODD"], response.request_id) == ("1", "req_1")
    assert response.content.startswith(b'{"id": "run_1"')
    assert "字段" in response.text
    assert response.parse() is response.parsed
    assert response.parsed.id == "run_1"
    assert response.parsed.additional_properties == {"新": "字段"}


def test_an_error_is_raised_as_ever(harness: ClientHarness, serve: Serve) -> None:
    """A refusal is raised, and not returned as a response."""
    server = serve(lambda exchange: exchange.send(answer({}, "404 Not Found")))

    with pytest.raises(NotFoundError):
        harness.client("k", server.url).with_raw_response.assistants.query("a")


def test_every_call_against_the_mock(client: Any) -> None:
    """Every method returns the response, with an object of the usual type."""
    raw = client.with_raw_response
    assistant = raw.assistants.create("助手").parse()
    thread = raw.threads.create([{"role": "user", "content": "你好"}]).parse()
    run = raw.threads.runs.run(assistant.id, thread.id)
    steps = raw.threads.runs.steps.list(thread.id, run.parse().id)
    file = raw.assistants.files.create(b"x", filename="文 1.txt")

    assert (run.status_code, run.parse().status) == (200, "completed")
    assert steps.parse().data[0].run_id == run.parse().id
    assert file.parse().filename == "1.txt"
    assert run.headers["content-type"] == "application/json"
    assert run.request_id
    assert isinstance(raw.assistants.list().parse().data, list)
    assert isinstance(raw.threads.messages.list(thread.id).parse().data, list)


@pytest.mark.parametrize("path", sorted(tag["x-resource"] for tag in SPEC["tags"]))
def test_no_call_is_missing(path: str) -> None:
    """A raw resource has the methods of operations that answer with JSON, and the resources."""
    client = AsyncAppBuilder(token="none")
    raw, plain = (attrgetter(path)(one) for one in (client.with_raw_response, client))
    tags = [tag["name"] for tag in SPEC["tags"] if tag["x-resource"] == path]
    asked = {
        operation["x-method"]
        for methods in SPEC["paths"].values()
        for operation in methods.values()
        if operation["tags"] == tags and operation["operationId"] not in FILES
    }

    prefix = f"{path}."
    within = {
        tag["x-resource"].removeprefix(prefix)
        for tag in SPEC["tags"]
        if tag["x-resource"].rpartition(".")[0] == path
    }

    assert vars(raw).keys() == asked | within
    assert all(callable(getattr(plain, name)) for name in asked)


FILES = ("downloadFile", "readFile")


def test_headers_of_ones_own(harness: ClientHarness, serve: Serve) -> None:
    """They go with every request, under the client's own; `with_options` adds others."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client(
        "k", server.url, default_headers={"X-Team": "a", "User-Agent": "mine/1"}
    )

    client.threads.runs.query("t", "r")
    client.with_options(default_headers={"X-Tenant": "b"}).threads.runs.query("t", "r")

    first, second = (exchange.headers for exchange in server.exchanges)
    assert (first["x-team"], first["user-agent"]) == ("a", "mine/1")
    assert (second["x-tenant"], second["x-team"]) == ("b", "a")
    assert second["user-agent"] == "mine/1"
    assert first["authorization"] == second["authorization"] == "Bearer k"


@pytest.mark.sends_invalid_requests("extra_body is for fields that the spec does not have")
def test_fields_of_ones_own(harness: ClientHarness, serve: Serve) -> None:
    """They go with every JSON body; what a call says itself wins; an upload has none."""
    server = serve(lambda exchange: exchange.send(answer(EMPTY_LIST)))
    client = harness.client("k", server.url, extra_body={"租户": "甲", "limit": 5})

    client.threads.runs.list("t")
    client.threads.runs.list("t", limit=7)
    with pytest.raises(Exception, match="createFile"):
        client.with_options(retry=RetryPolicy(attempts=1)).assistants.files.create(b"x")
    with pytest.raises(Exception, match="createRun"):
        list(stream_of(client))

    bodies = [exchange.body for exchange in server.exchanges]
    assert server.exchanges[0].json == {"租户": "甲", "limit": 5, "thread_id": "t"}
    assert server.exchanges[1].json == {"租户": "甲", "limit": 7, "thread_id": "t"}
    assert "租户".encode() not in bodies[2]
    assert server.exchanges[3].json["租户"] == "甲"
