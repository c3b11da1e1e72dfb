"""The path of a request to its handler: token, scenario, body, handler, answer; each once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from appbuilder_mock.authorization import check_token
from appbuilder_mock.contract import the_contract
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.faults.faulty_response import ConnectionReset, FaultyResponse, response_of
from appbuilder_mock.faults.match_subject import Subject, subject_of
from appbuilder_mock.middleware.json_body import MAX_BODY
from appbuilder_mock.scenarios import Playback, Quota, Rule
from appbuilder_mock.state import Handler, MockState, state_of
from appbuilder_mock.storage.store import Store
from appbuilder_mock.uploads.upload import Upload
from appbuilder_mock.wire_format.june_2024 import as_in_june_2024

Endpoint = Callable[[Request], Awaitable[Response]]
Body = dict[str, Any] | Upload | MockApiError  # or the error that refuses it

# Their response to an unknown id is an open question, see `Readings.unknown_file`.
OF_FILES = ("queryFile", "deleteFile", "downloadFile", "readFile")


def endpoint(operation_id: str, handler: Handler) -> Endpoint:
    """The endpoint of an operation.

    A caller with a wrong token matches no rule of the scenario, so that others use up no rule
    that is meant for the API's callers. A body that breaks the contract may match one: a fault
    that prevents the call comes before any complaint about its body.
    """
    takes_json = the_contract().operations[operation_id].validator is not None
    read = _read_json if takes_json else _read_upload

    async def read_to_end(request: Request) -> None:
        if not takes_json:
            async for _ in request.stream():  # a client that still sends sees no answer
                pass

    async def call(request: Request) -> Response:
        state = state_of(request)
        check_token(request, state.token)
        injected = state.player.injected(operation_id)
        # A call that does not happen uses up no rule.
        playback = None if injected and injected.prevents else state.player.playback
        if playback and (rule := playback.match_unread(operation_id)) and rule.fault:
            return ConnectionReset(rule.fault.drawn(playback.random))
        body = await read(operation_id, request)
        if state.window and not state.window.admits():
            await read_to_end(request)
            return _over_quota(operation_id, state, state.window.quota)
        rule = _match(playback, operation_id, body, state.store) if playback else None
        fault = rule.fault.drawn(playback.random) if playback and rule and rule.fault else None
        fault = injected or fault
        on_event = state.player.end_injection if injected else _ignore
        if rule:
            state = replace(state, rule=rule)
        if rule and rule.quota and fault is None:
            await read_to_end(request)
            return _over_quota(operation_id, state, rule.quota)
        if fault is None:
            return await _respond(operation_id, handler, state, body)
        if fault.reset == "before_reading":
            return ConnectionReset(fault)
        if fault.prevents:
            await read_to_end(request)
            return FaultyResponse(response_of(fault), fault, on_event)
        response = await _respond(operation_id, handler, state, body)
        return FaultyResponse(response, fault, on_event)

    return call


def _ignore() -> None:
    """An event with a rule's fault: nothing counts it."""


def _over_quota(operation_id: str, state: MockState, quota: Quota) -> Response:
    """The response to a call that exceeds a quota."""
    calls = f"{quota.calls} call{'s' if quota.calls > 1 else ''}"
    message = f"QPS超限: expected at most {calls} in {quota.seconds:g} s"
    error = MockApiError(429, "RATE_LIMIT_TOTAL_QPS", message)
    return _error_response(operation_id, state, error)


class PreparedJson(JSONResponse):
    """JSON by an encoder that is made once, and not for each response."""

    _encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode

    def render(self, content: Any) -> bytes:
        return self._encode(content).encode("utf-8")


def _match(playback: Playback, operation_id: str, body: Body, store: Store) -> Rule | None:
    """The rule that the call matches. Raises MockApiError, 501, where the scenario wants one."""
    subject = subject_of(operation_id, body, store) if isinstance(body, dict) else Subject()
    about = (operation_id, subject.assistant_name, subject.text)
    rule = playback.match(*about, resumes=subject.resumes)
    continues = subject.resumes or operation_id == "submitToolOutputs"
    if (
        rule is None
        and playback.scenario.refuses(operation_id)
        and not continues
        and not isinstance(body, MockApiError)
    ):
        shown = {"assistant": subject.assistant_name, "text": subject.text}
        known = [f'{name} "{part[:200]}"' for name, part in shown.items() if part is not None]
        call = f"{operation_id} ({', '.join(known)})" if known else operation_id
        raise MockApiError(501, "no_rule", f"no rule takes {call}; {playback.nearest(*about)}")
    return rule


async def _respond(operation_id: str, handler: Handler, state: MockState, body: Body) -> Response:
    try:
        if isinstance(body, MockApiError):
            raise body
        answer = await handler(state, body)
    except MockApiError as error:
        return _error_response(operation_id, state, error)
    if isinstance(answer, Response):
        return answer
    if state.wire == "2024-06":
        answer = as_in_june_2024(operation_id, answer)
    return PreparedJson(answer)


def _error_response(operation_id: str, state: MockState, error: MockApiError) -> Response:
    """An operation's error in the error form of this server."""
    if error.code == "file_not_found" and operation_id in OF_FILES:
        if state.readings.unknown_file == "null":
            return JSONResponse(None)
        if state.readings.unknown_file == "error-text":
            return JSONResponse({"error": error.message})
    if state.error_form == "body":
        return JSONResponse(error.envelope(param_name="params"))
    return JSONResponse(error.envelope(), error.status, error.headers)


async def _read_json(operation_id: str, request: Request) -> dict[str, Any] | MockApiError:
    """The validated body, or the error that refuses it."""
    content_type = request.headers.get("content-type", "")
    try:
        raw = await _read_body(request)
        return await the_contract().body_in_steps(operation_id, content_type, raw)
    except MockApiError as error:
        return error


async def _read_upload(operation_id: str, request: Request) -> Upload | MockApiError:
    """The upload that the request announces; the handler reads its body."""
    content_type = request.headers.get("content-type", "")
    try:
        query = the_contract().query(operation_id, request.query_params)
    except MockApiError as error:
        return error
    return Upload(query.get("purpose") or "assistant", content_type, request.stream())


async def _read_body(request: Request) -> bytes:
    """The whole body, at most MAX_BODY bytes.

    A larger one is read to its end and thrown away: a client that still sends sees no answer.
    """
    chunks, size, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
    if size > MAX_BODY:
        raise MockApiError(
            413, "body_too_large", f"expected a body of at most {MAX_BODY} bytes, got {size}"
        )
    return b"".join(chunks)
