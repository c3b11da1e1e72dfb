"""Timeouts of each phase, deadlines under a drip, and the places that both give back."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._transport.protocols import Limits

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.transport.conftest import Make
from tests.transport.harness import PATIENT, OnLoop, Threads, outgoing, read

SOON = 0.3
LATE = 8.0
"""Seconds after which a limit of SOON was certainly missed; the servers take longer."""


@pytest.fixture
def full_port() -> Iterator[str]:
    """A port with a full queue of connections."""
    with socket.socket() as listener, socket.socket() as probe:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(16)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        probe.settimeout(0.3)
        try:
            probe.connect(listener.getsockname())
        except TimeoutError:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        else:
            pytest.skip("this system takes connections beyond the queue of a port")
        finally:
            for one in waiting:
                one.close()


def fails(transport: Threads | OnLoop, url: str, phase: str, body: bytes = b"{}") -> NoReply:
    """The failure of a request with a short limit for one phase."""
    limits = PATIENT._replace(**{phase: SOON})
    begun = time.monotonic()
    outcome = transport.send(outgoing(url, body, limits=limits))
    assert time.monotonic() - begun < LATE
    assert isinstance(outcome, NoReply)
    assert outcome.timed_out
    assert not outcome.overdue
    return outcome


def test_connecting(transport: Threads | OnLoop, full_port: str) -> None:
    """A server that does not take the connection was not reached."""
    outcome = fails(transport, full_port, "connect")

    assert not outcome.reached_server
    assert f"no connection to {full_port}: connecting timed out after 0.3 s" in outcome.message


def test_writing(transport: Threads | OnLoop) -> None:
    """The write timeout ends a request that the server does not read."""
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        outcome = fails(transport, url, "write", b"x" * 50_000_000)

    assert outcome.reached_server
    assert "write timed out after 0.3 s" in outcome.message


def test_the_longest_limits(transport: Threads | OnLoop, serve: Serve) -> None:
    """Limits beyond what the system can be asked to wait for at once, in a body that comes late."""

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(b"1"))
        time.sleep(0.1)
        exchange.send(chunk(b"2") + chunk(b""))

    url = serve(script).url
    outcome = transport.send(outgoing(url, b"x" * 1000, limits=Limits(*[1e9] * 4)))

    assert isinstance(outcome, Reply)
    assert outcome.body == b"12"


def test_a_system_without_poll(
    transport: Threads | OnLoop, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows: requests and the end of an idle connection are seen; a late answer is late."""
    monkeypatch.delattr(select, "poll")
    silent = threading.Event()

    def script(exchange: Exchange) -> None:
        if exchange.body == b"last":
            silent.wait(LATE)
        exchange.send(answer(b"%d" % len(exchange.body)))

    url = serve(script).url
    for size in (1, 5_000_000):  # the second fills the socket
        outcome = transport.send(outgoing(url, b"x" * size))
        assert isinstance(outcome, Reply)
        assert outcome.body == b"%d" % size
    limits = PATIENT._replace(read=SOON)
    late = transport.send(outgoing(url, b"last", limits=limits))
    silent.set()

    assert isinstance(late, NoReply)
    assert late.timed_out


def test_limits_of_several_requests(transport: Threads | OnLoop, serve: Serve) -> None:
    """Each wait has its own limit, shorter or longer than that of the one before it."""

    def script(exchange: Exchange) -> bool:
        seconds = float(exchange.body)
        time.sleep(seconds if seconds < SOON else 0)  # behind the limit of the first request
        if seconds >= SOON:
            return not exchange.client_disconnected()
        exchange.send(answer(exchange.body))
        return True

    server = serve(script)
    brief = PATIENT._replace(read=SOON)

    def ask(seconds: float, limits: Limits) -> Reply | NoReply:
        return transport.send(outgoing(server.url, str(seconds).encode(), limits=limits))

    for limits in (brief, PATIENT, PATIENT, PATIENT, brief):
        assert isinstance(ask(0.2 if limits is PATIENT else 0, limits), Reply)
    begun = time.monotonic()
    outcome = ask(SOON, brief)

    assert isinstance(outcome, NoReply)
    assert outcome.timed_out
    assert time.monotonic() - begun < LATE
    assert server.connections == 1


def test_reading(transport: Threads | OnLoop, serve: Serve) -> None:
    """The read timeout ends the wait for a silent server."""
    outcome = fails(transport, serve(lambda e: e.client_disconnected()).url, "read")

    assert outcome.reached_server
    assert "read timed out after 0.3 s" in outcome.message


def test_waiting_for_a_place(make: Make, serve: Serve) -> None:
    """The request was not sent, and the next one gets the place."""
    transport = make(places=1)
    server = serve(lambda e: e.send(CHUNKED + chunk(b"{}") + chunk(b"")))
    reply = transport.send(outgoing(server.url, open_=True))
    assert isinstance(reply, Reply)

    outcome = fails(transport, server.url, "pool")
    overdue = transport.send(outgoing(server.url, seconds=SOON))

    assert not outcome.reached_server
    assert "all are in use, and none became free after 0.3 s" in outcome.message
    assert isinstance(overdue, NoReply)
    assert overdue.overdue
    assert not overdue.reached_server
    assert "before a connection" in overdue.message
    assert read(transport, reply) == (b"{}", None)
    transport.close_body(reply)
    assert isinstance(transport.send(outgoing(server.url)), Reply)


def dripping(data: bytes) -> Callable[[Exchange], None]:
    """A server that never leaves the client without a byte for long."""

    def script(exchange: Exchange) -> None:
        gone = threading.Event()
        for byte in data:
            exchange.send(bytes([byte]))
            gone.wait(0.02)

    return script


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"
DRIPS: dict[str, Callable[[Exchange], object]] = {
    "silence": lambda exchange: exchange.client_disconnected(),
    "the head drips": dripping(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 2000),
    "the body drips": dripping(HEAD + b" " * 2000),
}


@pytest.mark.parametrize("open_", [False, True], ids=["whole", "open"])
@pytest.mark.parametrize("script", DRIPS.values(), ids=DRIPS.keys())
def test_a_deadline(
    transport: Threads | OnLoop, serve: Serve, script: Callable[[Exchange], object], open_: bool
) -> None:
    """It is kept whether nothing comes or always a little, and the connection is closed."""
    server = serve(script)
    begun = time.monotonic()

    outcome = transport.send(outgoing(server.url, seconds=SOON, open_=open_))
    if isinstance(outcome, Reply):
        _, failure = read(transport, outcome)
        transport.close_body(outcome)
    else:
        failure = outcome

    assert time.monotonic() - begun < LATE
    assert failure is not None
    assert failure.overdue
    assert "the deadline passed" in failure.message
    assert server.all_closed()


def test_one_that_has_passed(transport: Threads | OnLoop, serve: Serve) -> None:
    """No request is sent after the deadline."""
    server = serve(lambda exchange: exchange.send(answer(b"{}")))

    outcome = transport.send(outgoing(server.url, seconds=-1))

    assert isinstance(outcome, NoReply)
    assert (outcome.overdue, outcome.reached_server) == (True, False)
    assert server.exchanges == []


def test_a_body_that_is_to_hurry(transport: Threads | OnLoop, serve: Serve) -> None:
    """Its deadline comes nearer while it is open."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(b"{}")), e.client_disconnected())[1])
    reply = transport.send(outgoing(server.url, seconds=600, open_=True))
    assert isinstance(reply, Reply)
    assert transport.next(reply) == b"{}"

    begun = time.monotonic()
    assert reply.live.hurry(SOON)
    failure = transport.next(reply)
    transport.close_body(reply)

    assert time.monotonic() - begun < LATE
    assert isinstance(failure, NoReply)
    assert failure.overdue


def test_places_after_overdue_requests(make: Make, serve: Serve) -> None:
    """After many requests with any outcome there are as many places as before."""
    transport = make(places=2)
    server = serve(lambda e: (time.sleep(0.001), e.send(answer(b"{}")))[1])

    for number in range(60):
        seconds = 0.001 * (1 + number % 20)
        transport.together([outgoing(server.url, seconds=seconds) for _ in range(6)])
        assert isinstance(transport.send(outgoing(server.url)), Reply)

    held = [transport.send(outgoing(server.url, open_=True)) for _ in range(2)]
    for reply in held:
        assert isinstance(reply, Reply)
        read(transport, reply)
        transport.close_body(reply)
