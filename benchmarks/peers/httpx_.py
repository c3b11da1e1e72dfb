"""Plain httpx: its JSON as dicts. What every ratio is measured against, but where a row says so."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from benchmarks.answers import CHUNK, MEGABYTES

from .kinds import Act, Row, Urls, all_events, awaited, gathered, interpreter, threaded, times

BODY = {"thread_id": "thread_1", "run_id": "run_1"}
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None)


def posting(name: str) -> Row:
    @contextmanager
    def row(urls: Urls) -> Iterator[Act]:
        with httpx.Client(trust_env=name == "tls") as client:
            yield times(
                lambda: client.post(urls[name] + "/v2/threads/runs/query", json=BODY).json()
            )

    return row


def async_posting(urls: Urls) -> Callable[[], Awaitable[Any]]:
    async def prepare() -> Any:
        client = httpx.AsyncClient(trust_env=False)

        async def once() -> None:
            (await client.post(urls["run"] + "/v2/threads/runs/query", json=BODY)).json()

        return once, client.aclose

    return prepare


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    with httpx.Client(trust_env=False) as client:

        def once() -> None:
            with client.stream("POST", urls["stream"], json=BODY) as answer:
                lines = (line for line in answer.iter_lines() if line.startswith("data:"))
                all_events(sum(bool(json.loads(line[5:])) for line in lines))

        yield times(once)


@contextmanager
def threads(urls: Urls) -> Iterator[Act]:
    url = urls["run"] + "/v2/threads/runs/query"
    with (
        httpx.Client(trust_env=False) as client,
        threaded(lambda: client.post(url, json=BODY).json()) as act,
    ):
        yield act


@contextmanager
def upload(urls: Urls) -> Iterator[Act]:
    def pieces() -> Iterator[bytes]:
        for _ in range(MEGABYTES):
            yield CHUNK

    with httpx.Client(trust_env=False) as client:
        yield times(lambda: client.post(urls["upload"], content=pieces()).json())


@contextmanager
def download(urls: Urls) -> Iterator[Act]:
    def once() -> None:
        with client.stream("POST", urls["download"]) as answer:
            assert sum(len(piece) for piece in answer.iter_bytes()) == MEGABYTES * len(CHUNK)

    with httpx.Client(trust_env=False) as client:
        yield times(once)


@contextmanager
def first_event(urls: Urls) -> Iterator[Act]:
    """Seconds from the server's sending of the first event to its being there, summed."""

    def act(count: int) -> float:
        late = 0.0
        for _ in range(count):
            with client.stream("POST", urls["late"], json=BODY) as answer:
                lines = answer.iter_lines()
                line = next(line for line in lines if line.startswith("data:"))
                now = time.monotonic_ns()
                late += now - int(json.loads(line[5:])["content"][0]["text"]["value"])
                for _line in lines:
                    pass
        return late / 1e9

    with httpx.Client(trust_env=False) as client:
        yield act


CALL = "import httpx; httpx.Client(trust_env=False).post('{run}', json={'run_id': 'run_1'}).json()"
ROWS: dict[str, Row] = {
    "look-up": posting("run"),
    "look-up-async": lambda urls: awaited(async_posting(urls)),
    "list": posting("runs"),
    "stream": stream,
    "many-async": lambda urls: gathered(async_posting(urls)),
    "many-threads": threads,
    "tls": posting("tls"),
    "first-event": first_event,
    "import": interpreter("import httpx"),
    "start": interpreter(CALL),
    "upload": upload,
    "download": download,
}
