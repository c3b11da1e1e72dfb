"""Bytes to server-sent events, however the network cuts them.

Follows the event stream format of the HTML standard, with two differences. Nothing is ever
reconnected, so `id` and `retry` are read and dropped. And a block without `data` whose lines are
no fields at all is delivered as it stands: the service may put a bare JSON error there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"event", b"data", b"id", b"retry")


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event. `event` is "" when the stream did not name it."""

    event: str
    data: str


class SseDecoder:
    """Collects lines into events, in time linear in the bytes.

    Lines are cut as bytes and decoded whole, so a character split between two chunks needs no
    care. Invalid UTF-8 raises UnicodeDecodeError when its event is complete, after all earlier
    events.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._skip_lf = False
        self._first_line = True
        self._event = b""
        self._data: list[bytes] = []
        self._stray: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events that this chunk completes. To be exhausted before the next chunk."""
        if self._skip_lf and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._skip_lf = False
        if chunk.endswith(b"\r"):
            # The line ends here; a "\n" that comes next belongs to this ending.
            self._skip_lf = True
        head, *lines = _LINE_END.split(chunk)
        self._line.append(head)
        for line in lines:
            whole = b"".join(self._line)
            self._line = [line]
            if self._first_line:
                whole = whole.removeprefix(_BOM)
                self._first_line = False
            if whole:
                self._field(whole)
            else:
                yield from self._dispatch()

    def rest(self) -> str:
        """The lines behind the last event that are no fields: perhaps an error in bare JSON."""
        line = b"".join(self._line)
        stray = [*self._stray, line.removeprefix(_BOM) if self._first_line else line]
        return b"\n".join(stray).decode("utf-8", "replace")

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value
        elif name and name not in _FIELDS:
            self._stray.append(line)

    def _dispatch(self) -> Iterator[SseEvent]:
        event, lines = self._event, self._data or self._stray
        self._event, self._data, self._stray = b"", [], []
        if lines:
            yield SseEvent(event.decode("utf-8"), b"\n".join(lines).decode("utf-8"))
