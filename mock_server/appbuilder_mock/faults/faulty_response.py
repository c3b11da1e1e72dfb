"""Responses with a fault: another response, or one that is late, slow, broken or cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from appbuilder_mock.errors import MockApiError
from appbuilder_mock.faults.tcp_connection import connection_of
from appbuilder_mock.scenarios import ErrorBody, Fault
from appbuilder_mock.wire_format.events import PING


class ConnectionReset(Response):
    """No response: the connection is reset, after the fault's pause."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)
        if self._fault.pause:
            await connection.pause(self._fault.pause.drawn)
        await connection.reset()


class FaultyResponse(Response):
    """A response that is sent with a fault; `on_event` is called at the event that has it."""

    def __init__(self, response: Response, fault: Fault, on_event: Callable[[], None]) -> None:
        self._response = response
        self._fault = fault
        self._on_event = on_event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sender = FaultySender(self._fault, scope, send, self._on_event)
        await self._response(scope, receive, sender.send)


class FaultySender:
    """The `send` of a response, with a fault applied.

    Events are counted from 1, as their `send_id`: a stream sends each by itself, and pings between.
    Once the connection is gone, the server drops what is still sent.
    """

    def __init__(
        self, fault: Fault, scope: Scope, send: Send, on_event: Callable[[], None]
    ) -> None:
        self._fault = fault
        self._scope = scope
        self._send = send
        self._on_event = on_event
        self._streams = False
        self._events = 0
        self._bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body":
            await self._go_on(message.get("body", b""), more=message.get("more_body", False))

    async def _begin(self, message: Message) -> None:
        fault = self._fault
        if fault.pause and fault.pause.before_event is None:
            await self._pause(fault.pause.drawn)
        if fault.reset:
            await connection_of(self._scope).reset()
            return
        headers = MutableHeaders(scope=message)
        self._streams = headers.get("content-type", "").startswith("text/event-stream")
        if fault.content_type:
            headers["content-type"] = fault.content_type
        await self._send(message)
        await self._cut_if_due()

    async def _go_on(self, body: bytes, *, more: bool) -> None:
        if self._streams and body and body != PING:
            body = await self._event(body)
        pieces = list(self._pieces(body))
        for index, piece in enumerate(pieces):
            self._bytes += len(piece)
            is_last = index == len(pieces) - 1
            chunk = {"type": "http.response.body", "body": piece, "more_body": more or not is_last}
            if self._cuts_at(self._bytes):
                chunk["more_body"] = True  # or the end would be sent
            await self._send(chunk)
            if self._fault.drip and piece:
                await self._pause(self._fault.drip.seconds)
            await self._cut_if_due(is_whole=is_last)

    async def _event(self, body: bytes) -> bytes:
        """The event that is sent instead of this one."""
        fault = self._fault
        self._events += 1
        if fault.pause and fault.pause.before_event == self._events:
            self._on_event()
            await self._pause(fault.pause.drawn)
        if fault.malformed and fault.malformed.event == self._events:
            self._on_event()
            return f"{fault.malformed.raw}\n\n".encode()
        return body

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        """The body as it is sent: cut where the answer is cut, dripped where it drips."""
        cut = self._fault.cut
        if cut and cut.after_byte is not None:
            body = body[: max(0, cut.after_byte - self._bytes)]
        size = self._fault.drip.bytes if self._fault.drip else len(body)
        if not body:
            yield body
        for start in range(0, len(body), max(1, size)):
            yield body[start : start + size]

    def _cuts_at(self, count: int) -> bool:
        cut = self._fault.cut
        return bool(cut and cut.after_byte is not None and count >= cut.after_byte)

    async def _cut_if_due(self, *, is_whole: bool = True) -> None:
        """Break the connection at the cut; `is_whole`: the last event was sent to its end."""
        cut = self._fault.cut
        if cut is None:
            return
        is_due = self._streams and is_whole and cut.after_event == self._events
        if is_due:
            self._on_event()
        if is_due or self._cuts_at(self._bytes):
            await connection_of(self._scope).hang_up()

    async def _pause(self, seconds: float) -> None:
        await connection_of(self._scope).pause(seconds)


def response_of(fault: Fault) -> Response:
    """The response that a fault with a status gives instead of the operation's."""
    assert fault.status is not None
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.body is not None:
        return Response(fault.body, fault.status, headers, "application/json")
    error = fault.error or ErrorBody("scripted_fault", f"scripted: status {fault.status}")
    # An error status implies a type; 200 implies none.
    kind = "" if error.type is None and fault.status == 200 else error.type
    problem = MockApiError(fault.status, error.code, error.message, param=error.param, type=kind)
    # An error under status 200 is the service's other form, which spells the field so.
    envelope = problem.envelope(param_name="params" if fault.status == 200 else "param")
    return JSONResponse(envelope, fault.status, headers)
