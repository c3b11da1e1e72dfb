"""A proxy that changes only the form of what a server says, as the standards allow.

Comments and fields that mean nothing in streams, their line ends and where their chunks are cut;
the case and order of headers; white space, order and unknown fields in JSON; chunked encoding and
gzip. A server behind it keeps every promise that it kept before.
"""

from __future__ import annotations

import itertools
import json
import socket
import socketserver
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse
from contract_tests.spec.run_events import BYTE_ORDER_MARK

CHUNK = 65536
TIMEOUT = 60  # seconds without a byte from the server behind
COUNT = itertools.count(1)
OF_ONE_CONNECTION = ("connection", "content-length", "keep-alive", "transfer-encoding")


@dataclass(frozen=True)
class Form:
    """How one answer is written; by default as most servers do."""

    line_end: bytes = b"\n"
    comments: bool = False  # and ids, times to reconnect, unknown fields, blocks without data
    byte_order_mark: bool = False
    chunk: int = 0  # bytes of each; 0: as they come
    upper_headers: bool = False
    reverse_headers: bool = False
    reverse_fields: bool = False
    spaces: bool = False
    added_field: bool = False
    compressed: bool = False
    never_ends: bool = False  # comments instead of the last event: no form of a right stream


# One property each, and all together.
FORMS: Mapping[str, Form] = {
    "comments": Form(comments=True),
    "byte-order-mark": Form(byte_order_mark=True),
    "carriage-returns": Form(line_end=b"\r"),
    "both-line-ends": Form(line_end=b"\r\n", chunk=1),
    "small-chunks": Form(chunk=7),
    "headers": Form(upper_headers=True, reverse_headers=True),
    "fields": Form(reverse_fields=True, spaces=True, added_field=True),
    "gzip": Form(compressed=True),
    "all": Form(b"\r\n", True, True, 3, True, True, True, True, True, True),
}


NEVER_ENDS = Form(never_ends=True)


@contextmanager
def reformed(url: str, form: Form) -> Iterator[str]:
    """The URL of a proxy that writes every answer of `url` in this form."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while (request := _Request.read(self.rfile)) is not None:
                try:
                    _pass_on(request, url, form, self.wfile.write)
                except OSError:
                    return  # the client went away, as it may

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 64

        def get_request(self) -> tuple[socket.socket, Any]:
            connection, address = super().get_request()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection, address

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class _Request:
    """A request, byte for byte but for the way in which its length is given."""

    line: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    def read(cls, reader: Any) -> _Request | None:
        line = reader.readline(CHUNK)
        if not line:
            return None
        headers = list(_headers(reader))
        length = next((int(value) for name, value in headers if name == b"content-length"), 0)
        return cls(line, headers, reader.read(length))

    @property
    def is_for_bytes(self) -> bool:
        """Whether the answer may be a file, which stays as it is, JSON or not."""
        path = urlsplit(self.line.split()[1].decode("latin-1")).path
        operation_id = spec.operations_by_path().get(path)
        return operation_id is not None and spec.answers_bytes(operation_id)


def _headers(reader: Any) -> Iterator[tuple[bytes, bytes]]:
    while line := reader.readline(CHUNK).strip():
        name, _, value = line.partition(b":")
        yield name.lower(), value.strip()


def _pass_on(request: _Request, url: str, form: Form, write: Callable[[bytes], object]) -> None:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=TIMEOUT) as upstream:
        kept = [one for one in request.headers if one[0] not in (b"host", b"connection")]
        own = [(b"host", address.netloc.encode()), (b"connection", b"close")]
        head = b"".join(b"%s: %s\r\n" % header for header in [*own, *kept])
        upstream.sendall(request.line + head + b"\r\n" + request.body)
        with upstream.makefile("rb") as reader:
            status = reader.readline(CHUNK)
            headers = [(name.decode(), value.decode("latin-1")) for name, value in _headers(reader)]
            is_chunked = ("transfer-encoding", "chunked") in headers
            chunks = _chunks(reader) if is_chunked else iter([reader.read()])
            has_body = not request.line.startswith(b"HEAD") and status.split()[1] != b"204"
            _answer(request, form, (status, headers, chunks), write, has_body=has_body)


def _answer(
    request: _Request,
    form: Form,
    answer: tuple[bytes, list[tuple[str, str]], Iterator[bytes]],
    write: Callable[[bytes], object],
    *,
    has_body: bool,
) -> None:
    status, headers, chunks = answer
    headers = [one for one in headers if one[0] not in OF_ONE_CONNECTION]
    told = dict(headers).get("content-type", "")
    if told.startswith("text/event-stream"):
        chunks = _stream(chunks, form)
    elif told.startswith("application/json") and not request.is_for_bytes:
        chunks = iter([_json(b"".join(chunks), form)])
    else:
        chunks = iter([b"".join(chunks)])
    accepts = dict(request.headers).get(b"accept-encoding", b"")
    if form.compressed and b"gzip" in accepts and has_body:
        headers.append(("content-encoding", "gzip"))
        chunks = _compressed(chunks)
    headers.append(("transfer-encoding", "chunked"))
    if form.reverse_headers:
        headers.reverse()
    for name, value in headers:
        shown = name.upper() if form.upper_headers else name
        status += f"{shown}:{value}\r\n".encode("latin-1")
    write(status + b"\r\n")
    if not has_body:
        return
    for chunk in chunks:
        size = form.chunk or len(chunk) or 1
        for start in range(0, len(chunk), size):
            part = chunk[start : start + size]
            write(b"%x\r\n%s\r\n" % (len(part), part))
    write(b"0\r\n\r\n")


def _chunks(reader: Any) -> Iterator[bytes]:
    """The content of a chunked body as it comes."""
    while size := int(reader.readline(CHUNK), 16):
        yield reader.read(size)
        reader.readline(CHUNK)


def _stream(chunks: Iterator[bytes], form: Form) -> Iterator[bytes]:
    """Events in this form, each when it has come."""
    end = form.line_end
    if form.byte_order_mark:
        yield BYTE_ORDER_MARK
    if form.comments:
        yield b": welcome" + end * 3
    for number, event in enumerate(sse.events(chunks)):
        if form.never_ends and event.kind == "run_end":
            for _ in range(1200):
                yield b": keep-alive" + end * 2
                time.sleep(0.05)
        if form.comments:
            blocks = (
                b": keep-alive",
                b"id: %d" % number,
                b"retry: 3000",
                b"event: nothing",
                b"x: y",
            )
            yield (end * 2).join(blocks) + end * 3
        lines = _json_text(event.payload, form).encode().split(b"\n")
        name = b"event:" + event.name.encode() + end
        yield name + b"".join(b"data:" + line + end for line in lines) + end
    if form.comments:
        yield b": good bye" + end


def _json(body: bytes, form: Form) -> bytes:
    try:
        return _json_text(json.loads(body), form).encode()
    except ValueError:
        return body


def _json_text(value: Any, form: Form) -> str:
    if form.reverse_fields:
        value = _reversed(value)
    if form.added_field and isinstance(value, dict):
        value = {"log_id": f"{next(COUNT)}", **value, "来自明天": {"一": [None]}}
    return json.dumps(value, ensure_ascii=form.spaces, indent=1 if form.spaces else None)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(one) for one in value] if isinstance(value, list) else value


def _compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=31)
    for chunk in chunks:
        yield compressor.compress(chunk) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()
