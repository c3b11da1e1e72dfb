"""A short soak, and tests that it detects leaks. The long one is `make soak`."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from appbuilder_assistants._transport.with_httpx.transport import HttpxTransport

from tests.clients.conftest import (
    Serve,
    serve,  # noqa: F401 - a fixture
)
from tests.clients.raw_server import answer
from tests.soak.counts import held, more, taken
from tests.transports import PARTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("client", ["sync", "async"])
def test_nothing_is_lost(client: str) -> None:
    """Some rounds in a process of its own, with a count of its threads and sockets."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--seconds", "3", "--client", client],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("lost: nothing") == len(PARTS)
    for parts in PARTS.values():
        assert f"{parts}; {client}: " in done.stdout


def test_a_resource_in_use_is_seen(serve: Serve) -> None:  # noqa: F811
    """A response that is not closed holds a place, a connection and a socket."""
    server = serve(lambda exchange: exchange.send(answer({})))
    with httpx.Client(limits=httpx.Limits(max_connections=3)) as http:
        transport = HttpxTransport(given=http)
        places = transport.to(server.url).places
        before = held()
        assert taken(transport, server.url) == []

        assert places.acquire(None)
        response = http.send(http.build_request("POST", server.url), stream=True)
        assert [line.split()[0] for line in taken(transport, server.url)] == ["1", "1", "1"]
        assert any("sockets more" in line for line in more(before, held()))

        response.close()
        places.release()
        assert taken(transport, server.url) == []


def test_sockets_and_threads_are_seen() -> None:
    """Sockets and threads that stay open are counted as leaks."""
    before = held()
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    with socket.socket():
        thread.start()
        found = more(before, held())
        go.set()
    thread.join()

    assert [line.partition(" ")[2] for line in found] == [
        f"sockets more than before ({before['sockets']})",
        f"threads more than before ({before['threads']})",
    ]
