"""The server with httptools and uvloop, and without them: the same answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import appbuilder_mock
import httpx
import pytest

from tests.mock.process import Process, first_line
from tests.mock.wire import WEATHER

# Says on stderr what is in use, and then serves as `python -m appbuilder_mock` does.
PROGRAM = """
import sys
sys.modules.update(dict.fromkeys({missing!r}))
from appbuilder_mock.__main__ import main
from appbuilder_mock.server.server import Protocol, run_loop
print(Protocol.__name__, run_loop.__module__, file=sys.stderr)
sys.exit(main(["--port", "0", "--quiet"]))
"""
ENGINES = {
    "ProtocolWithHttptools uvloop": [],
    "ProtocolWithH11 asyncio.runners": ["httptools", "uvloop"],
}
HEAD = (
    b"POST /v2/threads HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer mock-token\r\n"
    b"Content-Type: application/json\r\n"
)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Process]:
    with engine_running(request.param) as process:
        yield process


@contextlib.contextmanager
def engine_running(name: str) -> Iterator[Process]:
    missing = ENGINES[name]
    if not missing:
        pytest.importorskip("httptools")
        pytest.importorskip("uvloop")
    program = [sys.executable, "-W", "error", "-c", PROGRAM.format(missing=missing)]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as popen:
        try:
            line = first_line(popen)
            assert popen.stderr
            assert popen.stderr.readline() == f"{name}\n"
            yield Process(popen, line)
        finally:
            popen.kill()


def exchanged(engine: Process, sent: bytes) -> bytes:
    """The bytes that the server sends until one side closes the connection."""
    with socket.create_connection(("127.0.0.1", httpx.URL(engine.url).port or 0), 30) as connection:
        connection.sendall(sent)
        return connection.makefile("rb").read()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (HEAD, 200),
        (HEAD.replace(b"Host: 127.0.0.1\r\n", b""), 400),
        (HEAD + b"host: localhost\r\n", 400),
        (HEAD.replace(b"/v2/threads", b"http://example.com/v2/threads"), 200),
        (HEAD.replace(b"/v2/threads", b"http://attacker.example/_mock/reset"), 403),
        (HEAD.replace(b"/v2/threads", b"/v2/%74hreads?a=%ff"), 200),
        (HEAD.replace(b"/v2/threads", "/v2/线程".encode()), 400),
        (HEAD.replace(b" HTTP/1.1", b" HTP/1.1"), 400),
        (HEAD + b"Content-Length: 3\r\n", 400),
    ],
)
def test_heads(engine: Process, head: bytes, status: int) -> None:
    sent = head + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"

    assert exchanged(engine, sent).startswith(f"HTTP/1.1 {status} ".encode())


def test_an_offer_of_http2(engine: Process) -> None:
    """As Java's client makes it with its first request: declined, and the connection is kept."""
    offer = {
        "Upgrade": "h2c",
        "Connection": "Upgrade, HTTP2-Settings",
        "HTTP2-Settings": "AAMAAABk",
    }
    with engine.api() as api:
        answers = [api.post("threads", {}, headers=offer) for _ in range(2)]
        streams = [answer.extensions["network_stream"] for answer in answers]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert streams[0] is streams[1]


@pytest.mark.parametrize("part", [b"X: 1\r\n", b"x", b"X-%d: y\r\n"])
@pytest.mark.parametrize("before", [HEAD, HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"])
def test_a_head_or_trailer_that_never_ends(engine: Process, before: bytes, part: bytes) -> None:
    """It is refused before it has taken much memory."""
    with socket.create_connection(("127.0.0.1", httpx.URL(engine.url).port or 0), 30) as connection:
        connection.sendall(before)
        sent = 0
        with contextlib.suppress(ConnectionError):
            # More than 64 KiB, and all that may be on its way, in buffers, and in one read.
            while sent < 64 * 1024 * 1024:
                sent += connection.send(part * (16384 // len(part)))
            pytest.fail(f"the server took {sent} bytes")


def test_trailers_are_ignored(engine: Process) -> None:
    """A token in a trailer is none."""
    head = HEAD.replace(b"Authorization: Bearer mock-token\r\n", b"") + b"Connection: close\r\n"
    body = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nAuthorization: Bearer mock-token\r\n"

    assert exchanged(engine, head + body + b"\r\n").startswith(b"HTTP/1.1 401 ")


def test_requests_that_wait_for_no_answer(engine: Process) -> None:
    """Pipelined, with a large body between: answered in order."""
    large = json.dumps({"metadata": {"键": "长" * 100}, "messages": []}).encode()
    large += b" " * 300_000
    bodies = [b"{}", large, b'{"wrong": ', b"{}"]
    requests = [HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies]
    requests[-1] = requests[-1].replace(b"Host:", b"Connection: close\r\nHost:")
    answer = exchanged(engine, b"".join(requests))

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"400", b"200"]


@pytest.mark.parametrize("name", ENGINES)
def test_a_stop_during_a_stream(name: str) -> None:
    """The stream ends as one of a server that stops does: whole, without the run's end."""
    with engine_running(name) as process, process.api() as api:
        with api.stream(tools=[WEATHER]) as events:
            next(event for event in events if event.kind == "tool_calls")
            process.popen.terminate()
            rest = list(events)
        status = process.popen.wait(20)

    assert (rest, status) == ([], 0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset: before_answering", httpx.ReadError),
        ("cut: {after_byte: 10}", httpx.RemoteProtocolError),
    ],
)
def test_faults(engine: Process, fault: str, error: type[Exception]) -> None:
    """Faults break the connection with each event loop and parser."""
    scenario = f"rules: [{{match: {{operation: createThread}}, fault: {{{fault}}}}}]"
    with engine.api() as api:
        assert api.http.post("/_mock/scenario", content=scenario).is_success
        with pytest.raises(error):
            api.post("threads", {})


def test_starting_and_stopping_takes_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the sleeps of 0.1 seconds that uvicorn's own makes, nor our tick of a second.

    A server was seen to take 0.003 seconds: also on a busy machine, the quickest of three does not
    take three hundred times that.
    """
    slept: list[float] = []
    seconds: list[float] = []
    sleep = asyncio.sleep

    async def recorded(delay: float) -> None:
        slept.append(delay)
        await sleep(delay)

    monkeypatch.setattr(asyncio, "sleep", recorded)
    for _ in range(3):
        began = time.perf_counter()
        with appbuilder_mock.running() as server:
            httpx.post(f"{server.url}/v2/threads")
        seconds.append(time.perf_counter() - began)

    assert max(slept, default=0.0) < 0.1
    assert min(seconds) < 1.0
