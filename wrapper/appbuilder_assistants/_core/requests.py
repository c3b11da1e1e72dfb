"""Calls of operations: the request of each, and how its reply is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .limits import LOOK_UP_SECONDS

if TYPE_CHECKING:
    from appbuilder_assistants._models import StreamRunMessage, StreamRunStatus

    from .multipart import MultipartBody

T_co = TypeVar("T_co", covariant=True)

JSON = "application/json"


class Request:
    """One HTTP request, before the gateway and the credentials are known.

    `path` has no query; its parameters are in `query`.
    """

    __slots__ = ("body", "method", "path", "query")

    def __init__(
        self, method: str, path: str, body: bytes | MultipartBody, query: Mapping[str, str] = {}
    ) -> None:
        self.method = method
        self.path = path
        self.body = body
        self.query = query

    @property
    def content_type(self) -> str:
        return JSON if isinstance(self.body, bytes) else self.body.content_type

    def can_be_sent_again(self) -> bool:
        """Whether the whole body can be had once more: a pipe is read once."""
        return isinstance(self.body, bytes) or self.body.file.can_rewind()


class OperationRequest:
    """One operation of the API, with its request.

    `operation` is its operationId. `idempotent` says that doing it twice does no harm: every
    operation is a POST, so the method does not say. `read_seconds` is the longest silence to
    put up with unless the client says otherwise.
    """

    def __init__(
        self,
        *,
        operation: str,
        request: Request,
        idempotent: bool,
        read_seconds: float = LOOK_UP_SECONDS,
    ) -> None:
        self.operation = operation
        self.request = request
        self.idempotent = idempotent
        self.read_seconds = read_seconds


class Call(OperationRequest, Generic[T_co]):
    """A request with one reply, and how to read it.

    Where `null_is_unknown`, null for an object says that none has the id.
    """

    def __init__(
        self,
        *,
        operation: str,
        request: Request,
        idempotent: bool,
        parse: Callable[[dict[str, Any]], T_co],
        read_seconds: float = LOOK_UP_SECONDS,
        null_is_unknown: bool = False,
    ) -> None:
        self.operation = operation
        self.request = request
        self.idempotent = idempotent
        self.read_seconds = read_seconds
        self.parse = parse
        self.null_is_unknown = null_is_unknown


class StreamCall(OperationRequest):
    """A request that is answered by events, and how to read their payloads.

    `run_id` and `thread_id` are those of a run to continue; those of a new one are not known.
    """

    def __init__(
        self,
        *,
        read_status: Callable[[dict[str, Any]], StreamRunStatus],
        read_message: Callable[[dict[str, Any]], StreamRunMessage],
        run_id: str | None = None,
        thread_id: str | None = None,
        **operation: Any,
    ) -> None:
        super().__init__(**operation)
        self.read_status = read_status
        self.read_message = read_message
        self.run_id = run_id
        self.thread_id = thread_id


class FileCall(OperationRequest):
    """A request that is answered by the bytes of a file; by a `named` one, only under its name."""

    def __init__(self, *, named: bool, **operation: Any) -> None:
        super().__init__(**operation)
        self.named = named
