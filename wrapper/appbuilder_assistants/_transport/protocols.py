"""The protocols of a transport: send one request within limits, return a reply or a `NoReply`.

Nothing here names an HTTP library. docs/architecture.md says how a transport is added.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from appbuilder_assistants._core.calls import REQUEST_ID

if TYPE_CHECKING:
    from appbuilder_assistants._core.calls import NoReply, Reply
    from appbuilder_assistants._core.multipart import MultipartBody
    from appbuilder_assistants._core.redaction import Secret
    from appbuilder_assistants._settings.settings import TimeoutLike

Phase: TypeAlias = Literal["pool", "connect", "file", "write", "read"]
"""Of an exchange; "file" is reading the upload. In the first two, nothing can have arrived."""


ON_HTTPX = {"transport": "httpx", "parser": "h11"}
"""`parts` of a transport on httpx, which reads with h11."""


class Limits(NamedTuple):
    """Seconds that one wait of each phase may take; None for no limit."""

    pool: float | None
    connect: float | None
    write: float | None
    read: float | None


@dataclass(slots=True, eq=False)
class OutgoingRequest:
    """One HTTP request, and the limits within which it is to be answered.

    `url` is without the query, `headers` without those of the token, the ids and the body's length.
    `deadline` and `started` are instants of `time.monotonic()`. The token is taken out of
    `authorization` where it is written, so that no variable holds it. The body of a reply for which
    `leave_open` is true stays open behind its first `peek` bytes; of others at most
    `max_body(status)` bytes are read. `waits_for_pool` is kept by the transport: whether the
    request is not under way yet, as no connection was free. In `memo` it keeps what is the same for
    all requests of an operation.
    """

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    authorization: Secret
    body: bytes | MultipartBody = field(repr=False)
    limits: Limits
    deadline: float | None
    leave_open: Callable[[int, Mapping[str, str]], bool]
    peek: int
    max_body: Callable[[int], int]
    request_id: str
    gateway_url: str
    gateway_from: str
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)
    started: float = field(default_factory=time.monotonic)
    waits_for_pool: bool = False

    def ids(self) -> tuple[tuple[str, str], ...]:
        """The headers by which the service and its support know the request."""
        return (REQUEST_ID, self.request_id), ("X-Bce-Request-Id", self.request_id)

    def is_overdue(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def shorten(self, seconds: float) -> None:
        """Bring the deadline nearer: to so many seconds from now at the latest."""
        limit = time.monotonic() + seconds
        self.deadline = limit if self.deadline is None else min(self.deadline, limit)


class TransportFailure(Exception):
    """The end of an exchange: in which phase, and whether waiting took too long."""

    def __init__(self, phase: Phase, why: str = "", *, timed_out: bool = False) -> None:
        super().__init__(why)
        self.phase = phase
        self.timed_out = timed_out


class _Ways(Protocol):
    """The part of both protocols that needs no I/O."""

    @property
    def timeout(self) -> TimeoutLike | None:
        """The limits that hold where the caller sets none; None for this package's own."""
        ...

    def parts(self, gateway_url: str) -> dict[str, str]:
        """The libraries that requests to a gateway go through, by their parts in it."""
        ...

    def check(self, gateway_url: str, source: str) -> None:
        """Raise ValueError, which names the source, for a gateway that no call could reach."""


class Transport(_Ways, Protocol):
    """Sends requests, over connections of its own or another's."""

    def send(self, request: OutgoingRequest) -> Reply | NoReply:
        """Exchange one request. The reply's `live` is a `Body` if that was left open."""
        ...

    def close(self) -> None:
        """Close the connections, unless they are another's. Later requests raise RuntimeError."""


class AsyncTransport(_Ways, Protocol):
    """As `Transport`, on one event loop at a time; `live` is an `AsyncBody`."""

    async def send(self, request: OutgoingRequest) -> Reply | NoReply: ...
    async def aclose(self) -> None: ...


class Head(Protocol):
    """The head of a response. `is_unpacked` says that the body is not compressed any more."""

    status: int
    headers: Mapping[str, str]
    is_http1: bool
    is_unpacked: bool

    @property
    def is_closed(self) -> bool: ...
    def whole(self) -> bytes | None:
        """The body, if it has come with the head; then there is no chunk to read."""
        ...


class Incoming(Head, Protocol):
    """A response with a complete head, as an implementation hands it to `response.receive`.

    When it is closed, the connection is used again if all has been read.
    """

    def chunk(self) -> bytes:
        """The next bytes as they came, none at the end: then, or with an error, it is closed.

        Raises TransportFailure, also once it is closed.
        """
        ...

    def keeps_deadline(self) -> bool:
        """Whether a read that has begun ends at the request's deadline."""
        ...

    def close(self) -> None: ...
    def abandon(self) -> None:
        """Close it from wherever the collector runs, unless it is: without waiting for a lock."""


class AsyncIncoming(Head, Protocol):
    """As `Incoming`; `chunk` can be cancelled, closing cannot."""

    async def chunk(self) -> bytes: ...
    async def aclose(self) -> None: ...
