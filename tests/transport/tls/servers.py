"""Servers that do over TLS what the raw server does not."""

from __future__ import annotations

import fcntl
import socket
import ssl
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients.raw_server import PATIENCE


def closes(sock: socket.socket) -> bool:
    """Whether the client closes the connection within a few seconds."""
    sock.settimeout(PATIENCE / 2)
    try:
        while sock.recv(1 << 16):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@contextmanager
def echo(context: ssl.SSLContext) -> Iterator[str]:
    """The URL of a server that sends the body of one request back."""

    def serve() -> None:
        sock = context.wrap_socket(listener.accept()[0], server_side=True)
        with sock, sock.makefile("rwb", 1 << 20) as file:
            length = 0
            while line := file.readline().strip().lower():
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            body = file.read(length)
            file.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
            file.write(body)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def unsecured(first: bytes) -> Iterator[str]:
    """The URL of a server that sends these bytes when it is greeted, and closes the connection."""

    def serve() -> None:
        with listener.accept()[0] as sock:
            sock.recv(1 << 16)
            sock.sendall(first)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(PATIENCE)
        assert not thread.is_alive()


class OpenSslServer:
    """`openssl s_server`, which does what Python's ssl cannot.

    It sends what is written to it, and carries out a line of one letter.
    """

    def __init__(self, certificate: Path, *options: str) -> None:
        command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate)]
        self._popen = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.received = bytearray()
        self.url = "https://" + self.wait_for(b"ACCEPT ", b"\n").decode()

    def wait_for(self, text: bytes, end: bytes) -> bytes:
        """The bytes between the two."""
        assert self._popen.stdout
        while (at := self.received.find(text)) < 0 or self.received.find(end, at) < 0:
            piece = self._popen.stdout.read(1 << 16)
            assert piece, self.received[-1000:]
            self.received += piece
        found, _, rest = bytes(self.received[at + len(text) :]).partition(end)
        self.received = bytearray(rest)
        return found

    def write(self, data: bytes) -> None:
        """Write, and wait until the server has read it, so that the next one is read apart."""
        assert self._popen.stdin
        self._popen.stdin.write(data)
        deadline = time.monotonic() + PATIENCE
        while struct.unpack("i", fcntl.ioctl(self._popen.stdin, termios.FIONREAD, b"0" * 4))[0]:
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def close(self) -> None:
        self._popen.kill()
        self._popen.communicate()
