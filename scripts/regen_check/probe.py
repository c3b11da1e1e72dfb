"""Both clients and a mock server, for the programs of `changes`."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import appbuilder_assistants
import appbuilder_mock
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, BadRequestError, types

CLIENTS = (AppBuilder(token="none"), AsyncAppBuilder(token="none"))
SERVER: appbuilder_mock.Running
Use = Callable[[Any], Any]


def resources(path: str) -> list[Any]:
    """The resource of each client."""
    return [attrgetter(path)(client) for client in CLIENTS]


methods = resources


def parameters(method: Any) -> Any:
    return inspect.signature(method).parameters


def answers(use: Use) -> list[Any]:
    """The result of each client; that of the asynchronous one is awaited."""
    return [_answer(number, use) for number in range(len(CLIENTS))]


def refusals(use: Use, error: type[Exception] = BadRequestError) -> list[Any]:
    """The error of each client. AssertionError: one raises none."""
    found: list[Any] = []
    for number in range(len(CLIENTS)):
        try:
            answer = _answer(number, use)
        except error as refused:
            found.append(refused)
        else:
            raise AssertionError(f"{type(CLIENTS[number]).__name__} answers {answer!r}")
    return found


def _answer(number: int, use: Use) -> Any:
    client = CLIENTS[number].with_options(token=SERVER.token, gateway_url=SERVER.url)
    if isinstance(client, AppBuilder):
        return use(client)

    async def awaited() -> Any:
        return await use(client)

    return asyncio.run(awaited())


def posted(path: str, body: object) -> int:
    """The status of a request by no client."""
    headers = {"Authorization": f"Bearer {SERVER.token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode()
    request = urllib.request.Request(SERVER.url + path, data, headers)
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def page(path: str) -> str:
    with urllib.request.urlopen(SERVER.url + path) as response:
        return str(response.read().decode())


if __name__ == "__main__":
    with appbuilder_mock.running() as SERVER:
        exec(
            sys.stdin.read(),
            {**globals(), "appbuilder_assistants": appbuilder_assistants, "types": types},
        )
