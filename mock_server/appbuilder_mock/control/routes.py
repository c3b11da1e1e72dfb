"""The control of the server, for tests and for people: `/_mock/…`.

| call | what it does |
|---|---|
| `POST /_mock/reset` | forgets everything; streams end; a scenario goes back to its start |
| `GET /_mock/state` | assistants, threads with messages, runs and steps, and files |
| `GET /_mock/requests` | the newest 1000 requests received, oldest first, secrets masked |
| `GET /_mock/requests/7` | one of them, by its number |
| `GET /_mock/scenario` | the scenario as it was given |
| `GET /_mock/scenario/unplayed` | its rules that have taken no call, in words |
| `POST /_mock/scenario` | plays the YAML or JSON in the body, of any content type |
| `DELETE /_mock/scenario` | plays none |
| `GET /_mock/live` | what the page at `/` shows; with an ETag |
| `POST /_mock/call/createRun` | calls an operation with the token, for the page |

`access.py` decides who may call: from this machine no token is needed.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appbuilder_mock.control import live_view as live
from appbuilder_mock.control.access import check_control
from appbuilder_mock.control.page_calls import PageCall
from appbuilder_mock.errors import MockApiError, not_found
from appbuilder_mock.scenarios import ScenarioError
from appbuilder_mock.state import MockState, state_of

MAX_SCENARIO = 4 * 1024 * 1024  # bytes read at most; the scenario's own limit is in characters

Answer = Callable[[MockState, Request], Awaitable[Response]]


def access_checked(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        check_control(request)
        response = await answer(state_of(request), request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return endpoint


def as_json(value: Any) -> Response:
    """JSON to be read by people, too: indented, with Chinese as it is."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return Response(text + "\n", media_type="application/json")


async def reset(state: MockState, request: Request) -> Response:
    state.reset()
    return Response(status_code=204)


async def show_state(state: MockState, request: Request) -> Response:
    return as_json(state.dump())


async def show_requests(state: MockState, request: Request) -> Response:
    """`total` counts what was received since the start or reset, also what is no longer kept."""
    entries = state.history.every()
    return as_json({"total": state.history.total, "data": [entry.full() for entry in entries]})


async def show_request(state: MockState, request: Request) -> Response:
    number = request.path_params["number"]
    entry = state.history.find(number)
    if entry is None:
        raise not_found("request", str(number), param="number")
    return as_json(entry.full())


async def show_scenario(state: MockState, request: Request) -> Response:
    return as_json({"scenario": state.player.text, "rules": state.player.rules or 0})


async def show_unplayed(state: MockState, request: Request) -> Response:
    return as_json({"unplayed": state.player.unplayed()})


async def play_scenario(state: MockState, request: Request) -> Response:
    body = await request.body()
    if len(body) > MAX_SCENARIO:
        raise MockApiError(413, "body_too_large", f"expected at most {MAX_SCENARIO} bytes")
    try:
        state.player.play(body)
    except ScenarioError as error:
        raise MockApiError(400, "invalid_scenario", str(error), param="scenario") from None
    return await show_scenario(state, request)


async def drop_scenario(state: MockState, request: Request) -> Response:
    state.player.drop()
    return Response(status_code=204)


async def show_live(state: MockState, request: Request) -> Response:
    etag = live.etag(state)
    headers = {"ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    query = request.query_params
    shown = live.live(
        state,
        threads=_number(query.get("threads"), live.THREADS),
        requests=_number(query.get("requests"), live.REQUESTS),
        text=query.get("q", ""),
        thread_id=query.get("thread", ""),
    )
    body = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    # Looking at a run may have let it expire.
    headers["ETag"] = live.etag(state)
    return Response(body, media_type="application/json", headers=headers)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


ROUTES = [
    Route("/_mock/reset", access_checked(reset), methods=["POST"]),
    Route("/_mock/state", access_checked(show_state), methods=["GET"]),
    Route("/_mock/requests", access_checked(show_requests), methods=["GET"]),
    Route("/_mock/requests/{number:int}", access_checked(show_request), methods=["GET"]),
    Route("/_mock/scenario", access_checked(show_scenario), methods=["GET"]),
    Route("/_mock/scenario", access_checked(play_scenario), methods=["POST"]),
    Route("/_mock/scenario", access_checked(drop_scenario), methods=["DELETE"]),
    Route("/_mock/scenario/unplayed", access_checked(show_unplayed), methods=["GET"]),
    Route("/_mock/live", access_checked(show_live), methods=["GET"]),
    Route("/_mock/call/{operation_id}", PageCall(), methods=["POST"]),
]
