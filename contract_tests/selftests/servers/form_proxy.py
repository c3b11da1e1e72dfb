"""A proxy that changes only the form of what a server says, as the standards allow.

Comments and fields that mean nothing in streams, their line ends and where their chunks are cut;
the case and order of headers; white space, order and unknown fields in JSON; chunked encoding and
gzip. A server behind it keeps every promise that it kept before.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send, proxied
from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse
from contract_tests.spec.run_events import BYTE_ORDER_MARK


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
    """The URL of a proxy that writes every response of `url` in this form."""

    def on_response(request: ProxyRequest, response: ProxyResponse, _send: Send) -> ProxyResponse:
        headers, body = dict(response.headers), response.body
        is_json = headers.get("content-type", "").startswith("application/json")
        # A file stays as it is, JSON or not.
        if is_json and not spec.answers_bytes(request.operation_id):
            body = _json(body, form)
        if form.compressed and _takes_gzip(request):
            headers["content-encoding"] = "gzip"
            body = b"".join(_compressed([body]))
        names = list(headers)[:: -1 if form.reverse_headers else 1]
        shown = {name.upper() if form.upper_headers else name: headers[name] for name in names}
        return replace(response, headers=shown, body=body)

    def on_events(request: ProxyRequest, events: Iterator[bytes]) -> Iterator[bytes]:
        written = _stream(events, form)
        return _compressed(written) if form.compressed and _takes_gzip(request) else written

    change = Change(on_response=on_response, on_events=on_events)
    with proxied(url, change, chunk_size=form.chunk) as proxy:
        yield proxy


def _takes_gzip(request: ProxyRequest) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


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
        value = {"log_id": uuid4().hex, **value, "来自明天": {"一": [None]}}
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
