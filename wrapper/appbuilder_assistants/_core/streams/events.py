"""The bytes of a run's stream to events, and the run so far; no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.redaction import strip_context
from appbuilder_assistants._core.requests import StreamCall
from appbuilder_assistants._core.responses.decode import (
    no_reply_error,
    origin,
    quoted,
    status_error,
)
from appbuilder_assistants._core.responses.error_forms import is_error
from appbuilder_assistants._core.responses.json_reader import loads, loads_or_none
from appbuilder_assistants._core.responses.misfit import UNREADABLE, ModelReader, read_as
from appbuilder_assistants._snapshot import RunSnapshot, shown
from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiTimeoutError,
    AssistantsError,
    StreamInterruptedError,
)

from .sse import SseDecoder

if TYPE_CHECKING:
    from appbuilder_assistants._models import StreamRunMessage, StreamRunStatus


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a kind that this version does not know, as it came.

    `event` is its name ("" if it had none), `data` its text, most likely JSON.
    """

    event: str
    data: str

    def __repr__(self) -> str:
        return f"UnknownEvent(event={shown(self.event)}, data={shown(self.data)})"


RunEvent: TypeAlias = "StreamRunStatus | StreamRunMessage | UnknownEvent"


class Break(NamedTuple):
    """The end of a stream without a final event, after events that were all right."""

    why: str
    request_id: str | None = None
    cause: BaseException | None = None


class EventReader:
    """Reads one stream to its final event, keeping the run so far in `snapshot`."""

    def __init__(self, call: StreamCall, reply: Reply, snapshot: RunSnapshot) -> None:
        self.snapshot = snapshot
        self._call = call
        self._reply = reply
        self._decoder = SseDecoder()
        read = call.read_message
        self._read_message = read.model().from_dict if isinstance(read, ModelReader) else read

    def feed(self, chunk: bytes) -> Iterator[RunEvent]:
        """The events that a chunk completes, up to the final one.

        Raises StreamInterruptedError for an event that cannot be read, and an ApiStatusError for
        an error object in place of an event.
        """
        if self.snapshot.finished:
            return
        snapshot, read_message = self.snapshot, self._read_message
        name, data, body = "", b"", None
        try:
            for name, data in self._decoder.feed(chunk):
                if name == "message":
                    body = loads(data)
                    if type(body) is not dict or "send_id" not in body:
                        self._refuse_error(name, data, body)
                    try:
                        message = read_message(body)
                    except UNREADABLE:
                        message = read_as(self._call.read_message, body)
                    snapshot.apply_message(message)
                    yield message
                elif (event := self._read(name, data)) is not None:
                    yield event
                    if snapshot.finished:
                        return
            return
        except AssistantsError as error:
            failure: AssistantsError = strip_context(error)
        except UNREADABLE as error:
            failure = self._unreadable(error)
        # A traceback may be shown with its variables, and the server may have repeated the token.
        del chunk, name, data, body
        raise failure

    def end(self, no_reply: NoReply | None) -> Break:
        """Judge an end of the bytes that comes before the final event.

        Raises an ApiStatusError when there is an error object behind the last event, and
        DeadlineExceededError when the call's own deadline ended it.
        """
        if no_reply is not None and no_reply.overdue:
            raise no_reply_error(self._call, no_reply) from no_reply.cause
        if no_reply is not None:
            return Break(no_reply.message, self._request_id, no_reply.cause)
        error = self._error_behind()
        if error is not None:
            raise error
        return Break("it ended without a final event", self._request_id)

    @property
    def _request_id(self) -> str | None:
        return self._reply.request_id

    def _error_behind(self) -> AssistantsError | None:
        """The error object behind the last event, if there is one."""
        rest = loads_or_none(self._decoder.rest().encode())
        return status_error(self._call, self._reply, rest) if is_error(rest) else None

    def _unreadable(self, error: Exception) -> StreamInterruptedError:
        reason = f"an event cannot be read ({quoted(error, self._reply)})"
        return interrupted(self._call, self.snapshot, reason, self._request_id)

    def _read(self, name: str, data: bytes) -> RunEvent | None:
        """Any event but a message, taken into the snapshot; None for a ping."""
        if name == "status":
            body = loads(data)
            self._refuse_error(name, data, body)
            status = read_as(self._call.read_status, body)
            self.snapshot.apply_status(status)
            return status
        text = data.decode("utf-8")
        if name == "ping":
            return None
        self._refuse_error(name, data, loads_or_none(data))
        return UnknownEvent(name, text)

    def _refuse_error(self, name: str, data: bytes, body: object) -> None:
        if is_error(body) or name == "error":
            detail = {"error": data.decode("utf-8")} if body is None else body
            raise status_error(self._call, self._reply, detail)


def lost_stream(
    call: StreamCall, snapshot: RunSnapshot, error: ApiConnectionError
) -> ApiConnectionError:
    """The error for a streamed call without a reply, which may have begun a run.

    A timeout stays what it is; else it is as when a stream breaks later.
    """
    if isinstance(error, ApiTimeoutError):
        return error
    lost = interrupted(call, snapshot, error.message, error.request_id)
    lost.attempts = error.attempts
    return lost


def interrupted(
    call: StreamCall,
    snapshot: RunSnapshot,
    why: str,
    request_id: str | None = None,
    looked_up: str = "the run may be going on",
) -> StreamInterruptedError:
    """The error for a stream that did not reach its final event.

    `looked_up` says what is known of the run by now.
    """
    message = f"the stream was interrupted after {_known(snapshot)}: {why}"
    if snapshot.run_id:
        message += (
            f"; {looked_up}: ask client.threads.runs.query("
            f"thread_id={snapshot.thread_id!r}, run_id={snapshot.run_id!r})"
        )
    return StreamInterruptedError(message, snapshot=snapshot, origin=origin(call, request_id))


def _known(snapshot: RunSnapshot) -> str:
    if snapshot.last_send_id is None:
        return "no event"
    return f"event {snapshot.last_send_id} (status {snapshot.status})"
