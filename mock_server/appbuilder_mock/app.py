"""The web application: routes, authorization, and how errors are answered."""

from __future__ import annotations

import difflib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, request_response

from appbuilder_mock import pages
from appbuilder_mock.contract import the_contract
from appbuilder_mock.control import routes as control
from appbuilder_mock.errors import MockApiError, invalid
from appbuilder_mock.faults.injection import Scripted
from appbuilder_mock.handlers import assistants, files, messages, runs, steps, threads
from appbuilder_mock.middleware.json_body import MAX_BODY
from appbuilder_mock.middleware.recorder import Received, Recorder
from appbuilder_mock.middleware.redaction import Mask
from appbuilder_mock.middleware.request_ids import RequestIds
from appbuilder_mock.middleware.request_target import OriginForm
from appbuilder_mock.readings import RECORDED, Readings
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.runs.model import Plan, default_plan
from appbuilder_mock.scenarios.player import Given, Script
from appbuilder_mock.state import DEFAULT_TOKEN as DEFAULT_TOKEN
from appbuilder_mock.state import ErrorForm, MockState, state_of
from appbuilder_mock.storage.store import Document, Store
from appbuilder_mock.uploads.upload import Upload
from appbuilder_mock.wire_format.june_2024 import Wire, as_in_june_2024

Handler = Callable[[MockState, Any], Awaitable[Document | Response]]

HANDLERS: Mapping[str, Handler] = {
    "createAssistant": assistants.create,
    "updateAssistant": assistants.update,
    "listAssistants": assistants.list_,
    "queryAssistant": assistants.query,
    "deleteAssistant": assistants.delete,
    "mountAssistantFile": assistants.mount,
    "listMountedFiles": assistants.list_mounted,
    "unmountAssistantFile": assistants.unmount,
    "createFile": files.create,
    "listFiles": files.list_,
    "queryFile": files.query,
    "deleteFile": files.delete,
    "downloadFile": files.download,
    "readFile": files.read,
    "createThread": threads.create,
    "queryThread": threads.query,
    "updateThread": threads.update,
    "deleteThread": threads.delete,
    "createMessage": messages.create,
    "updateMessage": messages.update,
    "listMessages": messages.list_,
    "queryMessage": messages.query,
    "listMessageFiles": messages.list_files,
    "createRun": runs.create,
    "submitToolOutputs": runs.submit_tool_outputs,
    "cancelRun": runs.cancel,
    "listRuns": runs.list_,
    "queryRun": runs.query,
    "listRunSteps": steps.list_,
    "queryRunStep": steps.query,
}

# What they answer for an unknown id is an open question, see `Readings.unknown_file`.
OF_FILES = ("queryFile", "deleteFile", "downloadFile", "readFile")


def create_app(
    store: Store | None = None,
    *,
    token: str | None = None,
    ping_interval: float = 15.0,
    expire_after: float = 600.0,
    error_form: ErrorForm = "status",
    wire: Wire = "current",
    readings: Mapping[str, str] | None = None,
    as_recorded: bool = False,
    plan: Plan = default_plan,
    scenario: Given | None = None,
) -> RequestIds:
    """An ASGI application with a state of its own (in memory unless `store` is given).

    - `token`: the one token that is right; `mock-token` when None.
    - `ping_interval`: seconds of silence after which a stream sends a ping.
    - `expire_after`: seconds a run waits for tool outputs before it expires.
    - `error_form`: `status` answers errors by an error status. `body` answers errors of an
      operation by status 200 and an error object with `params`, the service's other form; a wrong
      token is 401 in both.
    - `wire`: `2024-06` answers in the older form, see wire.py.
    - `readings`: how open questions about the API are answered, see `Readings`, such as
      `{"after": "created-after"}`. Raises ValueError for others.
    - `as_recorded`: answer in every way as the recordings of 2024 do: in the older form, errors
      under status 200, and with the readings that were recorded, but for those in `readings`.
    - `plan`: what the model does next.
    - `scenario`: what is scripted, see docs/scenarios.md: a Path names a file, a text is YAML or
      JSON, a list holds rules. Raises ScenarioError for a wrong one.
    """
    store = store or Store()
    contract = the_contract()
    token = token if token is not None else DEFAULT_TOKEN
    if as_recorded:
        wire, error_form = "2024-06", "body"
        readings = {**RECORDED, **(readings or {})}
    paths = {operation.path: id_ for id_, operation in contract.operations.items()}
    played = Readings.of(readings or {})
    state = MockState(
        store=store,
        runs=Runs(
            store,
            plan=plan,
            expire_after=expire_after,
            submitting_restarts=played.started_at_after_submit == "anew",
        ),
        token=token,
        ping_interval=ping_interval,
        error_form=error_form,
        wire=wire,
        readings=played,
        received=Received(Mask(token), paths),
        script=Script(),
    )
    if not re.fullmatch("[!-~]+", state.token):
        raise ValueError(
            "expected a token of printable ASCII characters without spaces, as the client sends it"
        )
    if scenario is not None:
        state.script.play(scenario)

    def check(request: Request) -> None:
        check_token(request, state.token)

    def route(id_: str, handler: Handler) -> Route:
        endpoint = Scripted(id_, request_response(operation(id_, handler)), check=check)
        return Route(contract.operations[id_].path, endpoint, methods=["POST"])

    app = Starlette(
        routes=[
            *(route(id_, handler) for id_, handler in HANDLERS.items()),
            Route("/openapi.yaml", openapi_yaml, methods=["GET"]),
            *control.ROUTES,
            *pages.ROUTES,
        ],
        middleware=[Middleware(OriginForm), Middleware(Recorder, state.received)],
        exception_handlers={
            MockApiError: render_error,
            HTTPException: render_http_exception,
            ClientDisconnect: render_nothing,
            Exception: render_failure,
        },
    )
    app.router.redirect_slashes = False  # a path with one slash too many is a wrong path
    app.state.mock = state
    return RequestIds(app)


def operation(operation_id: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of an operation: the token, the contract, the handler."""
    is_upload = the_contract().operations[operation_id].validator is None

    async def endpoint(request: Request) -> Response:
        state = state_of(request)
        check_token(request, state.token)
        read = read_upload if is_upload else read_json
        try:
            answer = await handler(state, await read(operation_id, request))
        except MockApiError as error:
            if error.code == "file_not_found" and operation_id in OF_FILES:
                if state.readings.unknown_file == "null":
                    return JSONResponse(None)
                if state.readings.unknown_file == "error-text":
                    return JSONResponse({"error": error.message})
            if state.error_form == "status":
                raise
            return JSONResponse(error.envelope(param_name="params"))
        if isinstance(answer, Response):
            return answer
        if state.wire == "2024-06":
            answer = as_in_june_2024(operation_id, answer)
        return JSONResponse(answer)

    return endpoint


async def read_json(operation_id: str, request: Request) -> dict[str, Any]:
    content_type = request.headers.get("content-type", "")
    return await the_contract().body_in_steps(operation_id, content_type, await read_body(request))


async def read_upload(operation_id: str, request: Request) -> Upload:
    query = the_contract().query(operation_id, request.query_params)
    content_type = request.headers.get("content-type", "")
    return Upload(query.get("purpose") or "assistant", content_type, request.stream())


def has_token(request: Request, token: str) -> bool:
    """Only `Authorization` counts; the official client repeats it in X-Appbuilder-Authorization."""
    headers = request.headers.getlist("authorization")
    scheme, _, given = "".join(headers).partition(" ")
    right = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return right and scheme.lower() == "bearer" and len(headers) == 1


def check_token(request: Request, token: str) -> None:
    """Raises MockApiError, which says what came instead of the token."""
    refuse_repeated(request)
    if not has_token(request, token):
        header = request.headers.get("authorization", "")
        scheme, _, given = header.partition(" ")
        if scheme.lower() == "bearer":
            got = "another token" if given else "no token"
        else:
            got = "another scheme" if header else "no such header"
        raise MockApiError(
            401,
            "invalid_token",
            "expected the header `Authorization: Bearer <token>` with the token this server was "
            f"started with, got {got}",
            headers={"WWW-Authenticate": "Bearer"},
        )


def refuse_repeated(request: Request) -> None:
    """Raises MockApiError: of two different values it could only be guessed which one counts."""
    for name in ("Authorization", "Content-Type"):
        if (count := len(request.headers.getlist(name))) > 1:
            raise invalid(f"expected one header {name}, got {count}", param=name)


async def read_body(request: Request) -> bytes:
    """The whole body, at most MAX_BODY bytes.

    A larger one is read to its end and thrown away: a client that still sends sees no answer.
    """
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
    if size > MAX_BODY:
        raise MockApiError(
            413, "body_too_large", f"expected a body of at most {MAX_BODY} bytes, got {size}"
        )
    return b"".join(chunks)


async def openapi_yaml(request: Request) -> Response:
    return Response(the_contract().text, media_type="application/yaml")


async def render_error(request: Request, error: Exception) -> Response:
    """The one form of every error answer."""
    assert isinstance(error, MockApiError)
    return JSONResponse(error.envelope(), error.status, headers=error.headers)


async def render_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own 404 and 405, in the same words as ours."""
    assert isinstance(error, HTTPException)
    method, path = request.method, request.url.path[:200]
    if error.status_code == 404:
        told = MockApiError(404, "route_not_found", f"no route {path}; {nearest_route(path)}")
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        told = MockApiError(
            405,
            "method_not_allowed",
            f"{path} answers to {allowed}, got {method}",
            headers=error.headers,
        )
    else:
        told = MockApiError(
            error.status_code, "http_error", str(error.detail), headers=error.headers
        )
    return await render_error(request, told)


async def render_nothing(request: Request, error: Exception) -> Response:
    """The caller broke off in the middle of its body; nobody reads this."""
    return Response(status_code=400)


async def render_failure(request: Request, error: Exception) -> Response:
    """A bug of ours; the server's log has its traceback."""
    told = MockApiError(500, "internal_error", f"the mock server failed: {type(error).__name__}")
    return await render_error(request, told)


def nearest_route(path: str) -> str:
    routes = [operation.path for operation in the_contract().operations.values()]
    close = difflib.get_close_matches(path, routes, n=1, cutoff=0.0)
    return f"the nearest is POST {close[0]}" if close else "there is none"
