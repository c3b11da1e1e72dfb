"""Records the newest requests, with secrets redacted, in bounded memory."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appbuilder_mock.middleware.entry import Entry, Kept, Later
from appbuilder_mock.middleware.redaction import Redactor
from appbuilder_mock.middleware.request_ids import SCOPE_KEY
from appbuilder_mock.storage.clock import now

EXAMPLE_HEADER = "X-Mock-Example"  # names the operation that an example of the spec answers
KEPT = 1000  # requests; with both bodies at most 40 KB each
SMALL = 4 * 1024  # bytes up to which a body, or all headers, are kept as they are until looked at
WHOLE_BODY = 16 * 1024  # bytes up to which a body is kept as it came
LONGEST_TEXT = 500  # characters of one text in a larger body, and of a body that is not JSON
LONGEST_READ = 64 * 1024  # bytes up to which a body is looked at as JSON
MOST_OTHER_BYTES = 4 * 1024  # bytes of any other body that are looked at
LONGEST_HEADER = 500  # characters
MOST_HEADERS = 50

# The control, the pages for people and their assets; see `control` and `pages`.
UNRECORDED = ("/_mock/", "/docs", "/openapi.yaml", "/favicon.ico")


class RequestHistory:
    """The newest KEPT requests, oldest first, numbered from 1.

    `changes` grows whenever anything here changes; `on_end` is called with each request that is
    over.
    """

    def __init__(self, redactor: Redactor, operations: Mapping[str, str]) -> None:
        self.redactor = redactor
        self.changes = 0
        self._operations = operations  # path -> operationId
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.total = 0
        self.on_end: Callable[[Entry], None] = lambda entry: None

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self._entries.clear()
        self.total = 0
        self.changes += 1

    def every(self) -> list[Entry]:
        return list(self._entries)

    def newest(self, count: int) -> list[Entry]:
        """Newest first."""
        return self.every()[: -count - 1 : -1]

    def find(self, number: int) -> Entry | None:
        return next((entry for entry in self._entries if entry.number == number), None)

    def begin(self, scope: Scope) -> Entry:
        self.total += 1
        method, path, query = scope["method"], scope["path"], scope.get("query_string", b"")
        headers = Later(partial(self._headers, scope["headers"]))
        if sum(len(value) for _, value in scope["headers"]) > SMALL:
            headers()
        entry = Entry(
            number=self.total,
            time=now(),
            method=self.redactor.text(method)[:LONGEST_HEADER],
            path=_shortened(self.redactor.text(path), LONGEST_TEXT),
            query=_shortened(self.redactor.query(query.decode("latin-1")), LONGEST_TEXT),
            operation_id=self._operations.get(path) if method == "POST" else None,
            request_id=self.redactor.text(scope.get(SCOPE_KEY, "")),
            kept_headers=headers,
        )
        self._entries.append(entry)
        self.changes += 1
        return entry

    def note_body(self, entry: Entry, body: bytes, length: int) -> None:
        """Keep a body, of which `body` is the beginning and `length` the total length in bytes."""
        entry.body_length = length
        if body:
            entry.kept_body = self._later(body, length)
        self.changes += 1

    def note_response(self, entry: Entry, media_type: str, body: bytes, length: int) -> None:
        """Keep an answer, of which `body` is the beginning: JSON, or the text of a stream."""
        entry.response_length = length
        if media_type == "application/json":
            entry.kept_response = self._later(body, length)
        elif media_type == "text/event-stream":
            entry.kept_response = Later(partial(self._kept_stream, body, length))

    def _later(self, body: bytes, length: int) -> Later[Kept]:
        """A JSON body is read when it is looked at; a large one now, so that many cost no more."""
        kept = Later(lambda: self._kept(body, length))
        if len(body) > SMALL:
            kept()
        return kept

    def _kept_stream(self, body: bytes, length: int) -> Kept:
        text = body.decode("utf-8", "replace")
        redacted = self.redactor.text(text) if len(body) == length else ""
        return Kept(json.dumps(redacted or f"{self.redactor.beginning(text)}…", ensure_ascii=False))

    def _kept(self, body: bytes, length: int) -> Kept:
        value = self._shortened_value(body, length)
        return Kept(json.dumps(value, ensure_ascii=False), _thread_id(value))

    def _shortened_value(self, body: bytes, length: int) -> Any:
        """A JSON body, with long texts shortened when it is large; of others, the beginning."""
        is_complete = len(body) == length
        if is_complete:
            try:
                value = self.redactor.value(json.loads(body.decode("utf-8")))
                # Values that JSON or UTF-8 cannot carry (NaN, half a surrogate pair): kept as text.
                json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
            except (ValueError, RecursionError):
                pass
            else:
                if len(body) <= WHOLE_BODY:
                    return value
                value = _with_short_texts(value)
                if len(json.dumps(value, ensure_ascii=False).encode("utf-8")) <= WHOLE_BODY:
                    return value
        text = body[:MOST_OTHER_BYTES].decode("utf-8", "replace")
        if is_complete and length <= MOST_OTHER_BYTES:
            return _shortened(self.redactor.text(text), LONGEST_TEXT)
        return f"{self.redactor.beginning(text)[:LONGEST_TEXT]}… ({length} bytes)"

    def _headers(self, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
        """By name in lower case; of a repeated one, all values."""
        kept: dict[str, str] = {}
        for raw_name, raw_value in headers:
            name = self.redactor.text(raw_name.decode("latin-1"))[:LONGEST_HEADER]
            value = self.redactor.header(name, _header_text(raw_value))
            if name in kept:
                value = f"{kept[name]}, {value}"
            if name in kept or len(kept) < MOST_HEADERS:
                kept[name] = _shortened(value, LONGEST_HEADER)
        return kept


class RequestRecorder:
    """Middleware that records requests to the API, also those without a response."""

    def __init__(self, app: ASGIApp, received: RequestHistory) -> None:
        self._app = app
        self._received = received

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_recorded(scope["path"]):
            await self._app(scope, receive, send)
            return
        received = self._received
        entry = received.begin(scope)
        started = time.monotonic()
        beginning, length = bytearray(), 0
        answer, answered, media_type, longest = bytearray(), 0, "", 0

        async def receive_and_keep() -> Message:
            nonlocal length
            message = await receive()
            if message["type"] == "http.request":
                chunk = message.get("body", b"")
                length += len(chunk)
                beginning.extend(chunk[: max(0, LONGEST_READ - len(beginning))])
                if not message.get("more_body", False):
                    received.note_body(entry, bytes(beginning), length)
                    beginning.clear()
            return message

        async def send_and_keep(message: Message) -> None:
            nonlocal answered, media_type, longest
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                received.changes += 1
                headers = Headers(raw=message["headers"])
                entry.is_example = EXAMPLE_HEADER in headers
                media_type = headers.get("content-type", "").partition(";")[0]
                longest = WHOLE_BODY if media_type == "text/event-stream" else LONGEST_READ
            elif message["type"] == "http.response.body":
                chunk = message.get("body", b"")
                answered += len(chunk)
                answer.extend(chunk[: max(0, longest - len(answer))])
                if answered and not message.get("more_body", False):
                    # Before the client has the end: it may ask for this entry at once.
                    received.note_response(entry, media_type, bytes(answer), answered)
                    answer.clear()
            await send(message)

        try:
            await self._app(scope, receive_and_keep, send_and_keep)
        except Exception:
            entry.status = entry.status or 500  # the response of the server around us
            raise
        finally:
            if beginning:  # it was not read to its end
                received.note_body(entry, bytes(beginning), max(length, len(beginning) + 1))
            if answer:  # it was not sent to its end
                received.note_response(entry, media_type, bytes(answer), answered)
            entry.milliseconds = round((time.monotonic() - started) * 1000)
            received.changes += 1
            received.on_end(entry)


def _thread_id(kept: Any) -> str | None:
    """The thread that a call's body or answer names."""
    if not isinstance(kept, dict):
        return None
    id_ = kept.get("id") if kept.get("object") == "thread" else kept.get("thread_id")
    return _shortened(id_, LONGEST_HEADER) if id_ and isinstance(id_, str) else None


def _is_recorded(path: str) -> bool:
    return path != "/" and not path.startswith(UNRECORDED)


def _header_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _shortened(text: str, longest: int) -> str:
    """At most so many characters, and the length of the complete text."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text)} characters)"


def _with_short_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_short_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_short_texts(part) for part in value]
    return _shortened(value, LONGEST_TEXT) if isinstance(value, str) else value
