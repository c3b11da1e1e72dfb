"""Bytes to server-sent events, however the network cuts them.

Follows the event stream format of the HTML standard, with two differences. Nothing is ever
reconnected, so `id` and `retry` are read and dropped. And a block without `data` whose lines are
no fields at all is delivered as it stands: the service may put a bare JSON error there.

Nearly all events are pieces of a message, with their data in one line: those that come whole are
cut out at once, where the next one begins. All else is read line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from appbuilder_assistants._core.limits import MAX_BODY

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"event", b"data", b"id", b"retry")

_MESSAGE = b"event: message\ndata: "
_BLANK_LINE = b"\n\n"
_NEXT_MESSAGE = _BLANK_LINE + _MESSAGE

SseEvent: TypeAlias = tuple[str, bytes]
"""The name of an event, "" when the stream did not name it, and its data in UTF-8."""


class TooLargeError(ValueError):
    """An event has more bytes than are held for one."""


class SseDecoder:
    """Collects lines into events, in time linear in the bytes.

    Lines are cut as bytes, so a character split between two chunks needs no care. Invalid UTF-8
    raises UnicodeDecodeError when its event is complete, after all earlier events; in a message
    that is cut out, only reading its JSON does. An event or a line of more than `limit` bytes
    raises TooLargeError as soon as it is.
    """

    def __init__(self, limit: int = MAX_BODY) -> None:
        self._limit = limit
        self._held = 0
        self._line = bytearray()
        self._skip_lf = False
        self._first_line = True
        self._event = b""
        self._data: list[bytes] = []
        self._stray: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events that this chunk completes. To be exhausted before the next chunk."""
        if self._is_within_event():
            end = chunk.find(b"\n\n") + 2
            if end < 2:
                yield from self._feed_lines(chunk)
                return
            yield from self._feed_lines(chunk[:end])
            chunk = chunk[end:]
        end = chunk.rfind(_BLANK_LINE)
        if end >= 0 and b"\r" not in chunk and len(chunk) <= self._limit:
            before, *messages = (_BLANK_LINE + chunk[:end]).split(_NEXT_MESSAGE)
            if before:
                yield from self._feed_lines(before[len(_BLANK_LINE) :] + _BLANK_LINE)
            self._first_line = False
            for data in messages:
                if b"\n" in data:  # it has more lines, or other events follow it
                    yield from self._feed_lines(_MESSAGE + data + _BLANK_LINE)
                else:
                    yield "message", data
            chunk = chunk[end + len(_BLANK_LINE) :]
        if chunk:
            yield from self._feed_lines(chunk)

    def _is_within_event(self) -> bool:
        """Whether lines that have come belong to what comes next."""
        return bool(self._line or self._event or self._data or self._stray or self._skip_lf)

    def _feed_lines(self, chunk: bytes) -> Iterator[SseEvent]:
        if self._skip_lf and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._skip_lf = False
        if chunk.endswith(b"\r"):
            # The line ends here; a "\n" that comes next belongs to this ending.
            self._skip_lf = True
        head, *lines = _LINE_END.split(chunk)
        self._line += head
        self._hold(len(head))
        for line in lines:
            whole = bytes(self._line)
            self._line = bytearray(line)
            self._held -= len(whole)
            if self._first_line:
                whole = whole.removeprefix(_BOM)
                self._first_line = False
            if whole:
                self._field(whole)
            else:
                yield from self._dispatch()
            self._hold(len(line))

    def rest(self) -> str:
        """The text behind the last event: perhaps an error, in bare JSON or as data.

        The standard drops an event without the blank line that ends it, and so does `feed`.
        """
        line = bytes(self._line)
        line = line.removeprefix(_BOM) if self._first_line else line
        name, _, value = line.partition(b":")
        data = [*self._data, value.removeprefix(b" ")] if name == b"data" else self._data
        return b"\n".join(data or [*self._stray, line]).decode("utf-8", "replace")

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._hold(len(line))
        elif name == b"event":
            self._event = value
        elif name and name not in _FIELDS:
            self._stray.append(line)
            self._hold(len(line))

    def _dispatch(self) -> Iterator[SseEvent]:
        event, lines = self._event, self._data or self._stray
        self._event, self._data, self._stray, self._held = b"", [], [], 0
        if lines:
            data = b"\n".join(lines)
            data.decode("utf-8")
            yield event.decode("utf-8"), data

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > self._limit:
            raise TooLargeError(f"it has more than {self._limit:,} bytes")
