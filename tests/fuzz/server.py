"""A server of raw bytes in a process of its own: it sends the given bytes, however wrong."""

from __future__ import annotations

import contextlib
import multiprocessing
import selectors
import socket
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Literal

PATIENCE = 10.0
"""Seconds after which either side stops waiting."""

# Bytes and the end behind them leave in one packet: a client that has read the bytes then knows
# that the connection is over, and what it does next depends on no race.
MORE = getattr(socket, "MSG_MORE", 0)


@dataclass(frozen=True)
class Answer:
    """Bytes for one request, and what becomes of the connection behind them."""

    data: bytes
    then: Literal["keep", "close", "reset"] = "close"


class FuzzServer:
    """The server as the test sees it."""

    def __init__(self, url: str, control: Connection) -> None:
        self.url = url
        self._control = control

    def answer_with(self, answers: Sequence[Answer], to: str) -> None:
        """Answer the next requests with these, one by one, and all others with the last.

        They are counted as answers to this client.
        """
        self._control.send((to, answers))

    def answered(self) -> Counter[str]:
        """How many requests of each client were answered so far."""
        self._control.send(None)
        assert self._control.poll(6 * PATIENCE), "the server is gone"
        counts: Counter[str] = self._control.recv()
        return counts


@contextlib.contextmanager
def fuzz_server() -> Iterator[FuzzServer]:
    # Spawned, not forked: this process has an event loop and sockets of its own.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there,), daemon=True)
    process.start()
    there.close()
    try:
        assert here.poll(6 * PATIENCE), "the server did not start"
        yield FuzzServer(f"http://127.0.0.1:{here.recv()}", here)
    finally:
        here.close()
        process.join(PATIENCE)
        process.close()


def serve(control: Connection) -> None:
    """Answer until the other end of `control` is closed."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    control.send(listener.getsockname()[1])
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(control, selectors.EVENT_READ)
    received: dict[socket.socket, bytes] = {}
    answers: list[Answer] = []
    answered: Counter[str] = Counter()
    client = ""
    while True:
        ready = [key.fileobj for key, _ in selector.select()]
        try:
            # First, for what is said here was said before the request that it is meant for.
            while control.poll():
                command = control.recv()
                if command is None:
                    control.send(answered)
                else:
                    client, answers = command[0], list(command[1])
        except EOFError:
            return
        for sock in ready:
            if sock is listener:
                connection, _ = listener.accept()
                connection.settimeout(PATIENCE)
                selector.register(connection, selectors.EVENT_READ)
                received[connection] = b""
            elif isinstance(sock, socket.socket):
                more = _receive(sock)
                received[sock] += more
                keep = bool(more)
                if more and _is_whole(received[sock]):
                    received[sock] = b""
                    answered[client] += 1
                    keep = _say(sock, answers.pop(0) if len(answers) > 1 else answers[0])
                if not keep:
                    selector.unregister(sock)
                    del received[sock]
                    sock.close()


def _receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1 << 20)
    except OSError:
        return b""


def _is_whole(request: bytes) -> bool:
    top, found, body = request.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in top.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return body.endswith(b"0\r\n\r\n")


def _say(sock: socket.socket, answer: Answer) -> bool:
    """Whether the connection stays open."""
    try:
        if answer.then == "keep":
            sock.sendall(answer.data)
            return True
        sock.sendall(answer.data, MORE)
        if answer.then == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the client left
    return False
