"""The web application: its routes, its options, and the one form of errors."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from appbuilder_mock import pages
from appbuilder_mock.contract import Operation, the_contract
from appbuilder_mock.control import routes as control
from appbuilder_mock.endpoint import Endpoint, endpoint
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.handlers.by_operation import handler_of
from appbuilder_mock.middleware.recorder import RequestHistory, RequestRecorder
from appbuilder_mock.middleware.redaction import Redactor
from appbuilder_mock.middleware.request_ids import RequestIds
from appbuilder_mock.middleware.request_target import OriginForm
from appbuilder_mock.readings import RECORDED, Readings
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.runs.model import Plan, default_plan
from appbuilder_mock.scenarios import Quota, QuotaWindow
from appbuilder_mock.scenarios.checks import integer
from appbuilder_mock.scenarios.player import ScenarioPlayer, ScenarioSource
from appbuilder_mock.state import DEFAULT_TOKEN as DEFAULT_TOKEN
from appbuilder_mock.state import ErrorForm, MockState
from appbuilder_mock.storage.store import Store
from appbuilder_mock.wire_format.june_2024 import Wire


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
    scenario: ScenarioSource | None = None,
    strict: bool = False,
    speed: float = 1.0,
    qps: int | None = None,
) -> RequestIds:
    """An ASGI application with a state of its own (in memory unless `store` is given).

    - `token`: the one token that is right; `mock-token` when None.
    - `ping_interval`: seconds of silence after which a stream sends a ping.
    - `expire_after`: seconds a run waits for tool outputs before it expires.
    - `error_form`: `status` answers errors by an error status. `body` answers errors of an
      operation by status 200 and an error object with `params`, the service's other form; a wrong
      token is 401 in both.
    - `wire`: `2024-06` answers in the older form, see wire_format/june_2024.py.
    - `readings`: how open questions about the API are answered, see `Readings`, such as
      `{"after": "created-after"}`. Raises ValueError for others.
    - `as_recorded`: answer in every way as the recordings of 2024 do: in the older form, errors
      under status 200, and with the readings that were recorded, but for those in `readings`.
    - `plan`: what the model does next.
    - `scenario`: the scenario to play, see docs/scenarios.md: a Path names a file, a text is YAML
      or JSON, a list holds rules. Raises ScenarioError for a wrong one.
    - `strict`: answer an operation that has no handler by 501, and not with an example of the spec.
    - `speed`: how fast the pauses of scripted runs pass: 2 halves them, 0 leaves them out. The
      pauses of faults stay.
    - `qps`: the calls that are accepted in any one second; others are refused. None for no quota.
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
            speed=speed,
        ),
        token=token,
        ping_interval=ping_interval,
        error_form=error_form,
        wire=wire,
        readings=played,
        history=RequestHistory(Redactor(token), paths),
        player=ScenarioPlayer(),
        strict=strict,
        window=None if qps is None else QuotaWindow(Quota(integer(qps, "qps", least=1))),
    )
    if not re.fullmatch("[!-~]+", state.token):
        raise ValueError(
            "expected a token of printable ASCII characters without spaces, as the client sends it"
        )
    if not 0 <= speed < math.inf:
        raise ValueError(f"expected a speed of 0 or more, got {speed}")
    if scenario is not None:
        state.player.play(scenario)

    def route(operation: Operation) -> Route:
        call = endpoint(operation.id, handler_of(operation))
        calls[operation.path] = call
        return Route(operation.path, call, methods=["POST"])

    calls: dict[str, Endpoint] = {}
    app = Starlette(
        routes=[
            *map(route, contract.operations.values()),
            Route("/openapi.yaml", openapi_yaml, methods=["GET"]),
            *control.ROUTES,
            *pages.ROUTES,
        ],
        middleware=[
            Middleware(OriginForm),
            Middleware(RequestRecorder, state.history),
            Middleware(OperationsFirst, calls),
        ],
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


class OperationsFirst:
    """Middleware that finds an operation by its path at once: the router tries all routes in turn.

    All other requests, such as a GET of an operation's path, go to the router.
    """

    def __init__(self, app: ASGIApp, calls: Mapping[str, Endpoint]) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._calls.get(scope.get("path", ""))
        if call is None or scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await call(request)
        except MockApiError as error:
            response = await render_error(request, error)
        except ClientDisconnect as error:
            response = await render_nothing(request, error)
        await response(scope, receive, send)


async def openapi_yaml(request: Request) -> Response:
    return Response(the_contract().text, media_type="application/yaml")


async def render_error(request: Request, error: Exception) -> Response:
    """The one form of every error answer."""
    assert isinstance(error, MockApiError)
    return JSONResponse(error.envelope(), error.status, headers=error.headers)


async def render_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own 404 and 405, in our form."""
    assert isinstance(error, HTTPException)
    method, path = request.method, request.url.path[:200]
    if error.status_code == 404:
        problem = MockApiError(404, "route_not_found", f"no route {path}; {nearest_route(path)}")
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        problem = MockApiError(
            405,
            "method_not_allowed",
            f"{path} answers to {allowed}, got {method}",
            headers=error.headers,
        )
    else:
        problem = MockApiError(
            error.status_code, "http_error", str(error.detail), headers=error.headers
        )
    return await render_error(request, problem)


async def render_nothing(request: Request, error: Exception) -> Response:
    """An empty response, never read: the caller broke off in the middle of its body."""
    return Response(status_code=400)


async def render_failure(request: Request, error: Exception) -> Response:
    """A bug of ours; the server's log has its traceback."""
    problem = MockApiError(500, "internal_error", f"the mock server failed: {type(error).__name__}")
    return await render_error(request, problem)


def nearest_route(path: str) -> str:
    routes = [operation.path for operation in the_contract().operations.values()]
    close = difflib.get_close_matches(path, routes, n=1, cutoff=0.0)
    return f"the nearest is POST {close[0]}" if close else "there is none"
