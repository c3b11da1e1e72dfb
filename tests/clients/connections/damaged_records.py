"""A relay that damages one TLS record on its way from a server to a client."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.clients.raw_server import PATIENCE

HEADER = 5
"""Bytes before those of a record: its kind, its version, its length."""

Damage = Callable[[bytes], bytes]


def flipped(record: bytes) -> bytes:
    """Its last byte is another one: it cannot be decrypted."""
    return record[:-1] + bytes([record[-1] ^ 0xFF])


def longer(record: bytes) -> bytes:
    """Its header promises more than a record may have."""
    return record[:3] + b"\xff\xff" + record[HEADER:]


def garbage(record: bytes) -> bytes:
    return "这不是记录".encode()


def halved(record: bytes) -> bytes:
    return record[: len(record) // 2]


def headless(record: bytes) -> bytes:
    return record[: HEADER - 2]


def nothing(record: bytes) -> bytes:
    return b""


DAMAGES: dict[str, Damage] = {
    one.__name__: one for one in (flipped, longer, garbage, halved, headless, nothing)
}


@dataclass
class Relay:
    """Its address; how many records passed it; which one is damaged, and how (-1 for none)."""

    url: str
    passed: int = 0
    target: int = -1
    damage: Damage = nothing


@contextmanager
def relay(url: str) -> Iterator[Relay]:
    """In front of the server at `url`, for one connection after the other.

    The connection is closed behind the damaged record.
    """
    host, _, port = url.removeprefix("https://").partition(":")
    listener = socket.create_server(("127.0.0.1", 0))
    made = Relay(f"https://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.settimeout(PATIENCE)
            server = socket.create_connection((host, int(port)), PATIENCE)
            for work in ((_copy, client, server), (_records, server, client, made)):
                threads.append(threading.Thread(target=work[0], args=work[1:]))
                threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join(PATIENCE)
        listener.close()
        for thread in threads:
            thread.join(PATIENCE)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    _end(target)
    _end(source)


def _records(source: socket.socket, target: socket.socket, made: Relay) -> None:
    with source, target, suppress(OSError), source.makefile("rb") as records:
        while header := records.read(HEADER):
            record = header + records.read(int.from_bytes(header[3:], "big"))
            made.passed += 1
            if made.passed - 1 == made.target:
                target.sendall(made.damage(record))
                break
            target.sendall(record)
        _end(source)
        _end(target)


def _end(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
