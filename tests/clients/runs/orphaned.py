"""A thread with runs that fail to begin, or have no id, and the calls that begin them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.clients.bodies import RUN
from tests.clients.raw_server import Exchange, answer
from tests.clients.tools import get_weather

OURS = {**RUN, "id": "run_我们的", "status": "in_progress"}
BUSY = answer(
    {"error": {"code": "busy", "message": "忙"}}, "429 Too Many Requests", retry_after="8"
)
SOON = 2.0
"""Seconds after which a server that is silent has been waited for long enough."""

UNKNOWN = (
    "a run may be going on; the run's id is unknown; list the runs of its thread with "
    "client.threads.runs.list(thread_id='t')"
)

LATER = 7.0
"""Seconds that a busy machine needs for no call here, and less than the pause that BUSY asks for:
a call that may take so long fails at once."""


@dataclass
class Thread:
    """A server with one thread. `begin` is its response to createRun."""

    begin: Callable[[Exchange], object]
    cancelling: bytes = answer({**OURS, "status": "cancelling"})
    paths: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    def __call__(self, exchange: Exchange) -> object:
        path = exchange.path.removeprefix("/v2/threads/")
        self.paths.append(path)
        if path == "runs/cancel":
            self.cancelled.append(exchange.json["run_id"])
            return exchange.send(self.cancelling)
        try:
            return self.begin(exchange)
        finally:
            self.asked.set()


def says(data: bytes) -> Callable[[Exchange], object]:
    return lambda exchange: exchange.send(data)


def hangs_up(exchange: Exchange) -> bool:
    return False


def silent(exchange: Exchange) -> None:
    exchange.client_disconnected()


def run(client: Any, **options: Any) -> Any:
    return client.threads.runs.run("a", "t", on_deadline="cancel", **options)


def stream(client: Any, **options: Any) -> Any:
    return list(client.threads.runs.stream_run("a", "t", on_deadline="cancel", **options))


def with_tools(client: Any, **options: Any) -> Any:
    return client.threads.runs.run_with_tools("a", "t", tools=[get_weather], **options)


def stream_with_tools(client: Any, **options: Any) -> Any:
    return list(client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather], **options))


ALL = pytest.mark.parametrize("call", [run, stream, with_tools, stream_with_tools])
TOOLS = pytest.mark.parametrize("call", [with_tools, stream_with_tools])
