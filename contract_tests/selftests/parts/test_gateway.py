"""The gateway: requests to the target, their responses, and requests without a response."""

from __future__ import annotations

import signal
import socket
from dataclasses import replace

import httpx
import pytest
from schemathesis import Response

from contract_tests.target.exchange import OpenExchange
from contract_tests.target.gateway import Gateway, response_of
from contract_tests.target.liveness import TargetStopped

from .direct_requests import direct_response, url_of

pytestmark = pytest.mark.usefixtures("interruptible")


def test_interrupted_while_it_is_made(gateway: Gateway) -> None:
    """Ctrl-C during the creation of a thread takes effect when the thread is in the journal."""

    def send(_exchange: OpenExchange) -> Response:
        signal.raise_signal(signal.SIGINT)
        return direct_response(gateway, "createThread")

    with pytest.raises(KeyboardInterrupt):
        gateway.ask("createThread", send)

    assert gateway.journal is not None
    assert [made.kind for made in gateway.journal.remaining] == ["thread"]


def test_threads_that_runs_make_are_known(gateway: Gateway) -> None:
    """The thread that a run makes is noted, from JSON or events; a named one is not."""
    assert gateway.journal is not None
    assistant = gateway.post("createAssistant", json={"name": "助手"}).json()["id"]
    thread = {"messages": [{"role": "user", "content": "你好"}]}
    body = {"assistant_id": assistant, "thread": thread}
    made = gateway.post("createRun", json=body).json()["thread_id"]
    gateway.post("createRun", json={**body, "thread_id": made})
    gateway.post("createRun", json={**body, "stream": True})

    assert [one.kind for one in gateway.journal.remaining] == ["assistant", "thread", "thread"]
    assert gateway.runs.made.total() == 3
    assert gateway.journal.unanswered == 0


def test_asked_too_often(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that gets 429 is retried after the time in `Retry-After`."""
    pause: list[float] = []
    monkeypatch.setattr(gateway.rate_limiter, "pause", pause.append)
    sent = iter([429, 429, 200])
    answer = direct_response(gateway, "createThread")

    def send(_exchange: OpenExchange) -> Response:
        answer.status_code = next(sent)
        answer.headers["retry-after"] = ["3"]
        return answer

    gateway.ask("createThread", send)

    assert pause == [3.0, 3.0]


def test_long_pause_is_not_made(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The response is then the 429, which its test reports."""
    pause: list[float] = []
    monkeypatch.setattr(gateway.rate_limiter, "pause", pause.append)
    answer = direct_response(gateway, "createThread")
    answer.status_code = 429
    answer.headers["retry-after"] = ["3600"]

    got = gateway.ask("createThread", lambda _exchange: answer)

    assert got.status_code == 429
    assert pause == []


@pytest.fixture
def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_target_that_is_gone(gateway: Gateway, closed_port: int) -> None:
    """The first request without an answer is followed by a look-up, the next is not sent."""
    gateway.target = replace(gateway.target, url=f"http://127.0.0.1:{closed_port}")
    sent: list[str] = []

    def send(_exchange: OpenExchange) -> Response:
        sent.append("one")
        return Response.from_any(httpx.post(url_of(gateway, "queryThread"), json={}))

    for _ in range(2):
        with pytest.raises(TargetStopped, match="queryThread: ConnectError"):
            gateway.ask("queryThread", send)

    assert sent == ["one"]


def test_target_that_drops_one_request(gateway: Gateway) -> None:
    """A server that answers a look-up has not stopped: the test fails, and the run continues."""
    control = f"{gateway.target.url}/_mock/scenario"
    cut = {"match": {"operation": "queryThread"}, "fault": {"reset": "before_reading"}}
    httpx.post(control, json={"rules": [cut]}).raise_for_status()

    def send(_exchange: OpenExchange) -> Response:
        headers = {"Authorization": f"Bearer {gateway.target.token}"}
        return Response.from_any(
            httpx.post(url_of(gateway, "queryThread"), json={}, headers=headers)
        )

    with pytest.raises(httpx.TransportError):
        gateway.ask("queryThread", send)
    assert not gateway.stopped


def test_query_is_shown_as_it_was_sent(gateway: Gateway) -> None:
    """Once, in every report; schemathesis' own conversion repeats it."""
    files = {"file": ("说明.txt", "你好".encode(), "text/plain")}
    response = gateway.post("createFile", params={"purpose": "assistant"}, files=files)

    assert str(response.request.url).partition("?")[2] == "purpose=assistant"


def test_unanswered_request_is_noted(gateway: Gateway) -> None:
    """A failure shows the unanswered request, and not the one before it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v2/threads"

        def send(_exchange: OpenExchange) -> Response:
            return response_of(httpx.post(url, content='{"问": 1}'.encode(), timeout=0.1))

        with pytest.raises(httpx.ReadTimeout):
            gateway.ask("createThread", send)

    assert gateway.newest is not None
    assert gateway.newest.request is not None
    assert gateway.newest.request.url == url
    assert gateway.newest.request.body == '{"问": 1}'.encode()
