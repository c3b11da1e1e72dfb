"""An operation as the scenario wants it: which rule a call meets, and the rule's fault."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appbuilder_mock.contract import the_contract
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.faults.faulty_response import FaultyAnswer
from appbuilder_mock.faults.match_subject import Subject, subject_of
from appbuilder_mock.faults.tcp_connection import connection_of
from appbuilder_mock.middleware.json_body import MAX_BODY
from appbuilder_mock.scenarios import ErrorBody, Fault, Rehearsal, Rule
from appbuilder_mock.state import MockState


class Scripted:
    """Around the endpoint of one operation. Without a scenario it is not there.

    `check` raises MockApiError for a caller that is not let in: that one meets no rule, so that
    what a scenario says about the API's callers is not used up by others.
    """

    def __init__(
        self, operation_id: str, endpoint: ASGIApp, *, check: Callable[[Request], None]
    ) -> None:
        self._operation_id = operation_id
        self._endpoint = endpoint
        self._check = check
        self.__name__ = operation_id  # the route's name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state: MockState = scope["app"].state.mock
        rehearsal = state.script.rehearsal
        if rehearsal is None or not self._is_let_in(Request(scope)):
            await self._endpoint(scope, receive, send)
            return
        rule = rehearsal.choose_unread(self._operation_id)
        if rule is None:
            receive = Body(receive)
            rule = await self._choose(state, rehearsal, Request(scope), receive)
        fault = rule.fault if rule else None
        if fault is None:
            state.script.meet(rule)
            await self._endpoint(scope, receive, send)
            return
        if fault.reset == "before_reading":
            if fault.pause:
                await connection_of(scope).pause(fault.pause.seconds)
            await connection_of(scope).reset()
            return
        send = FaultyAnswer(fault, scope, send).send
        if fault.prevents:
            await _read_to_the_end(receive)
            await answer_of(fault)(scope, receive, send)
            return
        state.script.meet(rule)
        await self._endpoint(scope, receive, send)

    def _is_let_in(self, request: Request) -> bool:
        try:
            self._check(request)
        except MockApiError:
            return False
        return True

    async def _choose(
        self, state: MockState, rehearsal: Rehearsal, request: Request, body: Body
    ) -> Rule | None:
        subject = Subject()
        if the_contract().operations[self._operation_id].validator:  # else it takes an upload
            raw = await body.peek()
            content_type = request.headers.get("content-type", "")
            try:
                document = await the_contract().body_in_steps(self._operation_id, content_type, raw)
                subject = subject_of(self._operation_id, document, state.store)
            except MockApiError:
                pass  # the endpoint will say why
        return rehearsal.choose(
            self._operation_id, subject.assistant_name, subject.text, resumes=subject.resumes
        )


class Body:
    """A request's body that can be looked at before it is received."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._seen: list[Message] = []

    async def peek(self) -> bytes:
        """The whole body; only its beginning when it has more than MAX_BODY bytes."""
        chunks, size, more = [], 0, True
        while more and size <= MAX_BODY:
            message = await self._receive()
            self._seen.append(message)
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
        return b"".join(chunks)

    async def __call__(self) -> Message:
        return self._seen.pop(0) if self._seen else await self._receive()


async def _read_to_the_end(receive: Receive) -> None:
    """A client that still sends sees no answer."""
    while (await receive()).get("more_body", False):
        pass


def answer_of(fault: Fault) -> Response:
    """The answer that a fault with a status gives instead of the operation's."""
    assert fault.status is not None
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.body is not None:
        return Response(fault.body, fault.status, headers, "application/json")
    error = fault.error or ErrorBody("scripted_fault", f"scripted: status {fault.status}")
    # Under an error status an error has the type that goes with it; 200 says nothing of the kind.
    kind = "" if error.type is None and fault.status == 200 else error.type
    told = MockApiError(fault.status, error.code, error.message, param=error.param, type=kind)
    # An error under status 200 is the service's other form, which spells the field so.
    envelope = told.envelope(param_name="params" if fault.status == 200 else "param")
    return JSONResponse(envelope, fault.status, headers)
