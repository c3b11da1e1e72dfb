"""A fork: the parent keeps its connections, the child opens its own."""

from __future__ import annotations

import os
import threading
import uuid

import pytest
from appbuilder_assistants._core.calls import Reply
from appbuilder_assistants._transport.request import _random_uuid

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.transport.harness import OnLoop, Threads, outgoing, read
from tests.transport.implementations import Implementation

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def test_a_fork(implementation: Implementation, transport: Threads | OnLoop, serve: Serve) -> None:
    """With an idle connection and an open body: both are the parent's, which continues."""
    if not implementation.owns_connections:
        pytest.skip("the connections are of a client that its user forks")
    child_is_done = threading.Event()

    def script(exchange: Exchange) -> None:
        if exchange.body != b"open":
            exchange.send(answer(exchange.body))
            return
        exchange.send(CHUNKED + chunk(b"before "))
        assert child_is_done.wait(PATIENCE)
        exchange.send(chunk("之后".encode()) + chunk(b""))

    server = serve(script)
    for _ in range(2):
        assert isinstance(transport.send(outgoing(server.url, b"parent")), Reply)
    reply = transport.send(outgoing(server.url, b"open", open_=True))
    assert isinstance(reply, Reply)

    child = os.fork()
    if child == 0:  # no test's clean-up may run here
        try:
            outcome = transport.in_child(outgoing(server.url, b"child"))
            transport.close_body(reply)
            os._exit(0 if isinstance(outcome, Reply) and outcome.body == b"child" else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    child_is_done.set()

    assert os.waitstatus_to_exitcode(status) == 0
    assert read(transport, reply) == ("before 之后".encode(), None)
    transport.close_body(reply)
    after = transport.send(outgoing(server.url, b"after"))
    assert isinstance(after, Reply)
    assert after.body == b"after"
    of_child = {e.connection for e in server.exchanges if e.body == b"child"}
    of_parent = {e.connection for e in server.exchanges if e.body != b"child"}
    assert len(of_child) == 1
    assert not of_child & of_parent


def test_ids_of_requests_after_a_fork() -> None:
    """Parent and child continue with ids of their own, not with the same ones."""
    _random_uuid()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, _random_uuid().encode())
        os._exit(0)
    os.waitpid(child, 0)
    of_child = os.read(reading, 100).decode()
    os.close(reading)
    os.close(writing)

    assert uuid.UUID(of_child).version == 4
    assert of_child != _random_uuid()
