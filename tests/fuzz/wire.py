"""Answers as they go over the wire: status lines, headers, framings, codings, right or wrong."""

from __future__ import annotations

import gzip
import json
import zlib

from hypothesis import strategies as st

from tests.clients.bodies import RUN
from tests.clients.operations import Operation
from tests.fuzz.answers import ERRORS, FILES, STREAMS, right_answers
from tests.fuzz.mutations import NUMBERS, TOKEN, as_json, mutated_bytes, mutated_json
from tests.fuzz.server import Answer

BOMB = gzip.compress(bytes(4 << 20))
"""Four megabytes in four kilobytes."""

TYPES = {"json": "application/json", "pages": "application/json", "stream": "text/event-stream"}
ODD_TYPES = [
    "",
    "text/html; charset=gb2312",
    "application/json; charset=idna",
    "application/json;charset=\xff",
    "APPLICATION/JSON ; charset=utf-16",
    "text/event-stream; charset=utf-8",
    "application/problem+json",
    "*/*",
    "x" * 300,
    f"text/{TOKEN}",
]
ODD_HEADERS = [
    *("Retry-After: 0", "Retry-After: -1", "Retry-After: 1e400", "Retry-After: \xff"),
    *("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After: Wed, 99 Foo 0 99:99:99 +9999"),
    *("Retry-After: 9" + "9" * 400, "Retry-After: 1 Jan 99999", "Date: x", "Date: \x01"),
    *("Location: http://[", "Location: //", "Location: http://a:99999999/", "Location: \xff://"),
    *("Location: http://\x00", "Location: http://xn--/", "Location: http://127.0.0.1:1/a?b#c"),
    *("Location: http://user:pass@..example/", "Location: javascript:x", "Location: " + "a" * 9000),
    *("Set-Cookie: a=b; expires=x; domain=.; path", "Set-Cookie: \xff=\xff", "Set-Cookie:"),
    *("Set-Cookie: a=b; max-age=9999999999999999999", "Set-Cookie2: a; Version=x", "Set-Cookie: ="),
    *("Content-Type: text/html", "Content-Type: text/event-stream", "Content-Type:"),
    *("Content-Disposition: attachment", "Content-Disposition: attachment; filename=\xe4\xbd\xa0"),
    *("Content-Disposition: a; filename*=utf-7''%2B", "Content-Disposition: ; filename=../../x"),
    *('Content-Disposition: a; filename="\\', "Content-Disposition: a; filename*=''%00%0a"),
    *("Content-Disposition: a; filename*0=a; filename*1*=b%ff", "Content-Disposition: \x7f"),
    *(
        "X-Appbuilder-Request-Id: req_1",
        "X-Appbuilder-Request-Id: \xff\xfe",
        "X-Appbuilder-Request-Id:",
    ),
    *("Connection: close", "Connection: upgrade", "Upgrade: websocket", "Keep-Alive: timeout=0"),
    *(f"X-Appbuilder-Request-Id: {TOKEN}", f"Location: http://{TOKEN}/", f"Retry-After: {TOKEN}"),
    *("Trailer: x", "Content-Range: bytes 0-1/x", "X: " + "y" * 5000, "X-: \t", "Vary: *"),
]
"""In the bytes of latin-1."""

BROKEN_HEADERS = [
    "no colon",
    ": no name",
    "bad name: x",
    "X: a\rb",
    " folded",
    "X\0: y",
    "é: x",
    TOKEN,
]
STATUSES = [
    *("200 OK", "200 OK", "200 OK", "200", "201 Created", "204 No Content", "206 Partial Content"),
    *("299 x", "100 Continue", "101 Switching Protocols", "103 Early Hints", "199 x", "300 x"),
    *(
        "301 Moved",
        "302 Found",
        "304 Not Modified",
        "307 x",
        "308 x",
        "400 Bad",
        "401 \xff",
        "403 x",
    ),
    *(
        "404 Not Found",
        "407 x",
        "409 x",
        "429 Too Many",
        "451 x",
        "499 x",
        "500 x",
        "502 Bad Gateway",
    ),
    *("503 x", "599 x", "600 x", "999 x", "000 x", "99 x", "-1 x", "2000 x", "abc", "", "200 \x00"),
    TOKEN,
]
VERSIONS = [
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/2",
    "HTTP/0.9",
    "HTTP/1.9",
    "x",
    "",
]
ENCODINGS = ["gzip", "deflate", "br", "zstd", "compress", "identity", "gzip, gzip", "x" * 40, ""]


def encoded(data: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(data)
    if coding == "gzip, gzip":
        return gzip.compress(gzip.compress(data))
    return zlib.compress(data) if coding == "deflate" else data


def chunked(data: bytes, size: int) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


FRAMINGS = ["length", "length", "chunked", "chunked", "close"]
ODD_FRAMINGS = [
    *("short", "long", "negative", "not a number", "twice", "two lengths", "huge", "both"),
    *("bad chunk", "no last chunk", "chunk extension", "trailer", "no chunk size"),
]


def framed(data: bytes, how: str, size: int) -> tuple[list[str], bytes]:
    """The headers that say where the body ends, and the body as it is sent."""
    length = len(data)
    lengths = {
        "length": f"{length}",
        "short": f"{length // 2}",
        "long": f"{length + 1}",
        "negative": "-1",
        "not a number": "0x10",
        "two lengths": f"{length}, {length}",
        "huge": "9" * 30,
    }
    if how in lengths:
        return [f"Content-Length: {lengths[how]}"], data
    if how == "twice":
        return [f"Content-Length: {length}", f"Content-Length: {length + 1}"], data
    if how == "close":
        return [], data
    headers = ["Transfer-Encoding: chunked"]
    if how == "both":
        headers.append(f"Content-Length: {length}")
    body = chunked(data, size)
    bodies = {
        "bad chunk": body.replace(b"\r\n", b"\n", 1),
        "no last chunk": body.removesuffix(b"0\r\n\r\n"),
        "chunk extension": body.replace(b"\r\n", b";a=b\r\n", 1),
        "trailer": body.removesuffix(b"\r\n") + b"X-Trailer: \xff\r\n\r\n",
        "no chunk size": b"zz\r\n" + body,
    }
    return headers, bodies.get(how, body)


RARELY = st.sampled_from([False] * 5 + [True])


@st.composite
def bodies(draw: st.DrawFn, kind: str, operation_id: str) -> bytes:
    """A response's content: nearly right, an error, or anything."""
    kind = draw(st.sampled_from([kind] * 6 + ["json", "error", "html", "random"]))
    if kind == "random":
        return draw(st.binary(max_size=300))
    if kind == "html":
        page = draw(st.sampled_from(["502 坏", TOKEN]))
        return draw(mutated_bytes(f"<!doctype html><h1>{page}</h1>".encode()))
    if kind == "file":
        return draw(st.sampled_from(FILES))
    if kind == "stream":
        return draw(mutated_stream())
    values = ERRORS if kind == "error" else right_answers(operation_id) or [RUN]
    if kind == "pages":
        values = [{**value, "has_more": True, "last_id": "z"} for value in values] + values
    text = as_json(draw(mutated_json(values)))
    if draw(st.booleans()):
        text = text.replace(b"/", b"\\/")  # as PHP writes it
    return draw(mutated_bytes(text)) if draw(RARELY) else text


@st.composite
def mutated_stream(draw: st.DrawFn) -> bytes:
    """A stream whose events, or whose bytes, are not what they were."""
    stream: bytes = draw(st.sampled_from(STREAMS))
    if draw(st.booleans()):
        return draw(mutated_bytes(stream))
    events = [draw(mutated_event(block)) for block in stream.split(b"\n\n") if block]
    order = draw(st.sampled_from([1, 1, 1, -1, 0]))
    if order == 0:
        events += events[:2]
    ending = draw(st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n"]))
    return b"".join(event + ending for event in events[:: order or 1])


@st.composite
def mutated_event(draw: st.DrawFn, block: bytes) -> bytes:
    name, found, text = block.rpartition(b"\ndata: ")
    if not found or not draw(RARELY):
        return block
    how = draw(st.sampled_from(["json", "json", "json", "name", "error", "no data", "lines"]))
    if how == "name":
        return (
            b"event: "
            + draw(st.sampled_from([b"", b"error", b"news", b"\xff", b"status"]))
            + b"\ndata: "
            + text
        )
    if how == "error":
        return name + b"\ndata: " + as_json(draw(mutated_json(ERRORS)))
    if how == "no data":
        return name
    if how == "lines":
        return name + b"\ndata: " + text.replace(b", ", b",\ndata: ")
    try:
        value = json.loads(text)
    except ValueError:
        return block
    return name + b"\ndata: " + as_json(draw(mutated_json([value])))


@st.composite
def answers(draw: st.DrawFn, kind: str, operation_id: str) -> Answer:
    """One answer, whole: mostly with one thing wrong, so that what is behind it is reached."""
    data = draw(bodies(kind, operation_id))
    wrong = set(
        draw(
            st.lists(
                st.sampled_from(
                    ["status", "version", "type", "coding", "framing", "header", "bytes", "end"]
                ),
                max_size=2,
            )
        )
    )
    if not wrong and kind != "stream":
        wrong = wrong or draw(st.sampled_from([set(), set(), set(), {"anything"}]))
    if "anything" in wrong:
        return Answer(draw(st.binary(max_size=200)), draw(st.sampled_from(["close", "reset"])))
    status = draw(st.sampled_from(STATUSES)) if "status" in wrong else "200 OK"
    version = draw(st.sampled_from(VERSIONS)) if "version" in wrong else "HTTP/1.1"
    content_type = TYPES.get(kind, "image/png")
    if "type" in wrong:
        content_type = draw(st.sampled_from(ODD_TYPES))
    request_id = "X-Appbuilder-Request-Id: req_你".encode().decode("latin-1")
    headers = [f"Content-Type: {content_type}", request_id]
    if kind == "file":
        headers.append("Content-Disposition: attachment; filename=a.png")
    if "coding" in wrong:
        coding = draw(st.sampled_from(ENCODINGS))
        headers.append(f"Content-Encoding: {coding}")
        data = draw(
            st.just(encoded(data, coding)) | mutated_bytes(encoded(data, coding)) | st.just(BOMB)
        )
    framing = draw(st.sampled_from(ODD_FRAMINGS if "framing" in wrong else FRAMINGS))
    size = draw(st.sampled_from([len(data) // 40 + 1, 1_000, 65_536]))
    ends, body = framed(data, framing, size)
    headers += ends
    if "header" in wrong:
        odd = st.sampled_from([*ODD_HEADERS, *ODD_HEADERS, *BROKEN_HEADERS])
        headers += draw(st.lists(odd, min_size=1, max_size=3))
    early = "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" if "status" in wrong and draw(RARELY) else ""
    top = f"{early}{version} {status}\r\n" + "".join(f"{line}\r\n" for line in headers) + "\r\n"
    whole = top.encode("latin-1") + body
    if "bytes" in wrong:
        whole = draw(mutated_bytes(whole))
    if wrong <= {"type"} and framing in ("length", "chunked"):
        return Answer(whole, "keep")
    if "end" in wrong:
        cut = draw(NUMBERS) % (len(whole) + 1)
        return Answer(whole[:cut], draw(st.sampled_from(["close", "reset"])))
    return Answer(whole)


@st.composite
def cases(draw: st.DrawFn, operation: Operation) -> list[Answer]:
    """A server's responses to a call: to its first request, and to those that follow."""
    first = draw(answers(operation.kind, operation.operation_id))
    if operation.kind == "file":
        return [first]
    if operation.then:
        following = draw(st.lists(st.sampled_from(operation.then), min_size=1, max_size=4))
        return [first, *(draw(answers("json", operation_id)) for operation_id in following)]
    more = draw(st.lists(answers(operation.kind, operation.operation_id), max_size=1))
    return [first, *more]
