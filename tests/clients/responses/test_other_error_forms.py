"""Errors in the forms of the vendor's other services, as a gateway may send them for any call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiStatusError, RateLimitError
from appbuilder_mock.scenarios import Fault, Malformed, Match, Rule

from tests.clients.bodies import BEGIN, event, framed, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.test_against_the_mock import asked

QPS = '{"code": 18, "message": "Open api qps request limit reached"}'
DAILY = '{"code": 17, "msg": "Open api daily request limit reached"}'
WORDS = '{"code": "QUOTA_USER_DAILY_REQUEST", "message": "今天的配额用完了"}'

BUSY = Fault(status=200, body=QPS)


def client_of(harness: ClientHarness, server: appbuilder_mock.Running) -> Any:
    return harness.client(server.token, server.url, retry=AT_ONCE)


def test_a_rate_limit_under_200(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """It is tried again as a 429 is, also by a call that may not be done twice."""
    server.script(Rule(match=Match(operation="createThread", times=2), fault=BUSY))

    assert client_of(harness, server).threads.create().object == "thread"
    assert [seen.status for seen in server.requests] == [200, 200, 200]


@pytest.mark.parametrize(("status", "body"), [(200, DAILY), (429, DAILY), (429, WORDS)])
def test_a_quota_for_the_day(
    harness: ClientHarness, server: appbuilder_mock.Running, status: int, body: str
) -> None:
    """It is a RateLimitError, and is not tried again."""
    fault = Fault(status=status, body=body)
    server.script(Rule(match=Match(operation="createThread"), fault=fault))

    with pytest.raises(RateLimitError, match=r"daily request limit|用完了") as caught:
        client_of(harness, server).threads.create()

    assert caught.value.status_code == status
    assert len(caught.value.attempts) == len(server.requests) == 1


def test_every_kind_of_call(
    harness: ClientHarness, server: appbuilder_mock.Running, tmp_path: Path
) -> None:
    """Each kind of call raises the error, and takes it for no answer and no file."""
    server.script(Rule(match=Match(operation="any"), fault=Fault(status=200, body=DAILY)))
    client = client_of(harness, server)
    files, runs = client.assistants.files, client.threads.runs
    calls = [
        lambda: files.download("file-1", tmp_path),
        lambda: files.content("file-1"),
        lambda: files.create(b"x"),
        lambda: files.query("file-1"),
        lambda: client.assistants.list(),
        lambda: list(client.assistants.list_all()),
        lambda: runs.run("asst_1", thread=asked("你好")),
        lambda: list(runs.stream_run("asst_1", thread=asked("你好"))),
        lambda: runs.run_with_tools("asst_1", thread=asked("你好")),
        lambda: list(runs.stream_run_with_tools("asst_1", thread=asked("你好"))),
    ]

    for call in calls:
        with pytest.raises(RateLimitError, match="daily request limit") as caught:
            call()
        assert caught.value.code == "17"
    assert list(tmp_path.iterdir()) == []


def test_a_body_in_place_of_a_stream(
    harness: ClientHarness, server: appbuilder_mock.Running
) -> None:
    """Nothing has begun yet: the stream is asked for again."""
    server.script(Rule(match=Match(operation="createRun", times=1), fault=BUSY))
    client = client_of(harness, server)
    assistant = client.assistants.create("echo")

    assert client.threads.runs.stream_run(assistant.id, thread=asked("你好")).final_text()


def test_an_error_in_place_of_an_event(
    harness: ClientHarness, server: appbuilder_mock.Running
) -> None:
    """A stream that has begun ends with it, and is not requested again."""
    raw = f"event: message\ndata: {QPS}"
    server.script(
        Rule(match=Match(operation="createRun"), fault=Fault(malformed=Malformed(3, raw)))
    )
    client = client_of(harness, server)
    stream = client.threads.runs.stream_run(
        client.assistants.create("echo").id, thread=asked("你好")
    )

    with pytest.raises(RateLimitError, match="qps request limit") as caught:
        list(stream)
    assert caught.value.code == "18"
    assert stream.snapshot.last_send_id == 2


@pytest.mark.parametrize(
    "last",
    [
        QPS.encode(),
        event("error", QPS),
        event("", QPS),
        event("status", QPS),
        f"data:{QPS}".encode(),
    ],
    ids=["bare", "error", "unnamed", "status", "unfinished"],
)
def test_wherever_it_stands_in_a_stream(harness: ClientHarness, serve: Serve, last: bytes) -> None:
    """As an event of any name, or as bare JSON behind the last one."""

    def script(exchange: Exchange) -> None:
        exchange.send(framed(BEGIN + last)["length"])

    with pytest.raises(RateLimitError, match="qps request limit"):
        list(stream_of(harness.client("k", serve(script).url)))


def test_the_general_form(harness: ClientHarness, serve: Serve) -> None:
    """Its request id is the one that support asks for."""
    body = {"requestId": "req-正文", "code": "AccessDenied", "message": "没有权限"}
    client = harness.client("k", serve(lambda exchange: exchange.send(answer(body))).url)

    with pytest.raises(ApiStatusError, match="AccessDenied: 没有权限") as caught:
        client.threads.query("thread_1")
    assert caught.value.request_id == "req-正文"
