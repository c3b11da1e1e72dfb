"""A server of raw bytes on a real socket: it can fail as a network and a bad server do."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 10.0
"""Seconds after which whoever waits for the other side gives up: a test fails rather than hangs."""


@dataclass
class Exchange:
    """One request, and the socket to answer it on."""

    sock: socket.socket
    connection: int
    request_line: str
    # Not shown: a test of what is shown would find the token here.
    headers: dict[str, str] = field(repr=False)
    body: bytes

    @property
    def path(self) -> str:
        return self.request_line.split(" ")[1]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def client_disconnected(self) -> bool:
        """Wait until the client closes the connection. False if it does not."""
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


Script = Callable[[Exchange], object]


@dataclass
class RawServer:
    """The requests it received, and its address."""

    url: str
    exchanges: list[Exchange] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def all_closed(self) -> bool:
        """Wait until the clients have closed every connection. False if they do not."""
        with self.changed:
            return self.changed.wait_for(lambda: self.open == 0, PATIENCE)

    def count(self, change: int) -> None:
        with self.changed:
            self.open += change
            self.changed.notify_all()


def answer(body: object, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer. `body` is bytes, or written as JSON; `retry_after="1"` is a header."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    named = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    named.update({name.replace("_", "-").title(): value for name, value in headers.items()})
    return head(status, named) + data


def head(status: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode()


@contextmanager
def raw_server(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serve with `script`: called for every request; the connection stays open until it says False.

    An `OSError` in the script, or before it, is the client leaving; any other error fails the test.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    scheme = "http" if tls is None else "https"
    server = RawServer(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
    socks: list[socket.socket] = []
    threads: list[threading.Thread] = []
    faults: list[Exception] = []

    def serve(sock: socket.socket, connection: int) -> None:
        try:
            if tls is not None:
                sock = tls.wrap_socket(sock, server_side=True)
                socks.append(sock)
            with sock:
                while (exchange := _read(sock, connection)) is not None:
                    server.exchanges.append(exchange)
                    if script(exchange) is False:
                        return
        except OSError:
            pass
        except Exception as fault:  # noqa: BLE001 - reported to the test below
            faults.append(fault)
        finally:
            server.count(-1)

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE)
            socks.append(sock)
            server.connections += 1
            server.count(1)
            thread = threading.Thread(target=serve, args=(sock, server.connections))
            threads.append(thread)
            thread.start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join(PATIENCE)
        listener.close()
        for sock in socks:
            if sock.fileno() >= 0:
                _hang_up(sock)
        for thread in threads:
            thread.join(PATIENCE)
    assert not faults, faults


def answers(*sent: bytes) -> Callable[[Exchange], object]:
    """A script that sends one of these after the other."""
    remaining = list(sent)
    return lambda exchange: exchange.send(remaining.pop(0))


def _hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _read(sock: socket.socket, connection: int) -> Exchange | None:
    """The next request, or None when the client has left."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(65_536)
        if not chunk:
            return None
        data += chunk
    top, _, body = data.partition(b"\r\n\r\n")
    line, *fields = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
    while len(body) < int(headers.get("content-length", 0)):
        chunk = sock.recv(65_536)
        if not chunk:
            return None
        body += chunk
    return Exchange(sock, connection, line, headers, body)
