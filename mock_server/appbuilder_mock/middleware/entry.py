"""One recorded request, of which most is computed when it is first read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Later(Generic[T]):
    """A value that is computed when it is first read: most requests are never looked at."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make: Callable[[], T] | None = make

    def __call__(self) -> T:
        if self._make:
            self._value = self._make()
            self._make = None
        return self._value


class Kept(NamedTuple):
    """A body as JSON text, and the thread that it names."""

    text: str | None = None
    thread_id: str | None = None


NOTHING = Later(Kept)


@dataclass
class Entry:
    """One request. `status` is None before the answer, `milliseconds` before its end."""

    number: int
    time: int
    method: str
    path: str
    query: str
    operation_id: str | None
    request_id: str
    kept_headers: Later[dict[str, str]] = field(repr=False)
    kept_body: Later[Kept] = field(default=NOTHING, repr=False)
    body_length: int = 0
    kept_response: Later[Kept] = field(default=NOTHING, repr=False)
    response_length: int = 0
    status: int | None = None
    milliseconds: int | None = None
    is_example: bool = False  # an example of the spec answered it

    @property
    def headers(self) -> dict[str, str]:
        return self.kept_headers()

    @property
    def body(self) -> str | None:
        """JSON text, shortened."""
        return self.kept_body().text

    @property
    def response(self) -> str | None:
        """JSON text, shortened; None if neither JSON nor text."""
        return self.kept_response().text

    @property
    def thread_id(self) -> str | None:
        """The thread of the call, where it names one."""
        return self.kept_body().thread_id or self.kept_response().thread_id

    def summary(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "time": self.time,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "operation_id": self.operation_id,
            "request_id": self.request_id,
            "thread_id": self.thread_id,
            "status": self.status,
            "milliseconds": self.milliseconds,
        }

    def full(self) -> dict[str, Any]:
        return {
            **self.summary(),
            "headers": self.headers,
            "body_length": self.body_length,
            "body": None if self.body is None else json.loads(self.body),
            "response_length": self.response_length,
            "response": None if self.response is None else json.loads(self.response),
        }
