"""One call that passed, with its response and the times of the parts."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MAX_KEPT = 8 * 1024 * 1024  # bytes of a body that are looked at
END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@dataclass(frozen=True)
class SentEvent:
    """One event of a stream, other than a ping; `data` is None where it is no JSON object."""

    time: float
    name: str
    data: dict[str, Any] | None
    raw: str

    @property
    def kind(self) -> str:
        """The kind of event, by its name and type."""
        event_type = (self.data or {}).get("event_type", "")
        return f"{self.name} {event_type}" if self.data is not None else f"{self.name} malformed"


@dataclass
class Exchange:
    """One call. Times are seconds of one clock; `place` is the call's in the session."""

    place: int
    operation: str
    time: float
    request: bytearray = field(default_factory=bytearray)
    status: int | None = None  # None while there is no response
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    response: bytearray = field(default_factory=bytearray)
    ended: float = 0.0
    broken: str | None = None  # "reset", "closed" or "unreachable" gateway, "left" by the client
    is_cut_short: bool = False  # a body was larger than is looked at
    _chunks: list[tuple[int, float]] = field(default_factory=list)

    def sent(self, chunk: bytes) -> None:
        self._keep(self.request, chunk)

    def received(self, chunk: bytes, time: float) -> None:
        self._keep(self.response, chunk)
        self._chunks.append((len(self.response), time))

    def _keep(self, kept: bytearray, chunk: bytes) -> None:
        self.is_cut_short = self.is_cut_short or len(kept) + len(chunk) > MAX_KEPT
        kept.extend(chunk[: MAX_KEPT - len(kept)])

    @property
    def seconds(self) -> float:
        return self.ended - self.time

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON object of a request that has ended; empty if it is none."""
        return _object(bytes(self.request)) or {}

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def answer(self) -> dict[str, Any]:
        """The JSON object of a response that has ended; empty if it is none."""
        return _object(bytes(self.response)) or {}

    @property
    def has_events(self) -> bool:
        return self.media_type == "text/event-stream" and not self.answer

    @property
    def failed(self) -> bool:
        """Whether the response is an error, by its status or under status 200."""
        if self.status != 200:
            return self.status is not None
        if self.broken is not None or self.has_events:
            return False
        if self.operation in ("downloadFile", "readFile"):
            return self.media_type == "application/json" and "error" in self.answer
        return not any(name in self.answer for name in ("id", "data", "object"))

    @cached_property
    def events(self) -> list[SentEvent]:
        """The complete events, without pings; each came when its last byte did.

        Of a response that has ended.
        """
        found = []
        start, body = 0, bytes(self.response)
        for end in END_OF_EVENT.finditer(body):
            chunk = bisect(self._chunks, (end.end() - 1, math.inf))
            time = self._chunks[chunk][1] if chunk < len(self._chunks) else self.ended
            block = body[start : end.start()].decode("utf-8", "replace")
            start = end.end()
            name, data, is_event = "message", [], False
            for line in re.split(r"\r\n|\n|\r", block):
                key, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if key == "event":
                    name, is_event = value, True
                elif key == "data":
                    data.append(value)
                    is_event = True
            if is_event and name != "ping":
                found.append(SentEvent(time, name, _object("\n".join(data).encode()), block))
        return found


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
