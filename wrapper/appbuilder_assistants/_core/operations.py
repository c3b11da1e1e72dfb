"""Operations of the specification as data, and the calls of them; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from .calls import json_body
from .ids import check_ids
from .limits import LOOK_UP_SECONDS
from .requests import Call, FileCall, Request

if TYPE_CHECKING:
    from .multipart import UploadSource

T_co = TypeVar("T_co", covariant=True)


class Operation(Generic[T_co]):
    """One operation, as the specification has it; `read` makes its answer of JSON.

    `_operations/` has one for each; all are POST. The other fields are as in `Call`.
    """

    def __init__(
        self,
        id: str,
        path: str,
        read: Callable[[dict[str, Any]], T_co],
        idempotent: bool,
        read_seconds: float = LOOK_UP_SECONDS,
        null_is_unknown: bool = False,
    ) -> None:
        self.id = id
        self.path = path
        self.read = read
        self.idempotent = idempotent
        self.read_seconds = read_seconds
        self.null_is_unknown = null_is_unknown

    def call(self, body: Mapping[str, object]) -> Call[T_co]:
        """Make the call with these fields; what is None is left out."""
        return self._call(request(self.id, self.path, body))

    def upload(
        self, part: str, source: UploadSource, query: Mapping[str, str | None]
    ) -> Call[T_co]:
        """Make the call whose body is one part of a multipart form."""
        from .multipart import MultipartBody

        given = {name: value for name, value in query.items() if value is not None}
        return self._call(Request("POST", self.path, MultipartBody(part, source), given))

    def _call(self, request: Request) -> Call[T_co]:
        return Call(
            operation=self.id,
            request=request,
            parse=self.read,
            idempotent=self.idempotent,
            read_seconds=self.read_seconds,
            null_is_unknown=self.null_is_unknown,
        )


class FileOperation(NamedTuple):
    """One operation that is answered by the bytes of a file. The fields are as in `FileCall`."""

    id: str
    path: str
    named: bool
    idempotent: bool
    read_seconds: float

    def call(self, body: Mapping[str, object]) -> FileCall:
        """Make the call with these fields; what is None is left out."""
        return FileCall(
            operation=self.id,
            request=request(self.id, self.path, body),
            idempotent=self.idempotent,
            read_seconds=self.read_seconds,
            named=self.named,
        )


def request(operation: str, path: str, body: Mapping[str, object]) -> Request:
    """Write a request with a JSON body; what is None is left out."""
    check_ids(operation, body)
    given = {name: value for name, value in body.items() if value is not None}
    return Request("POST", path, json_body(operation, given))
