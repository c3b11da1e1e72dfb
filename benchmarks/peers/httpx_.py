"""Plain httpx: its JSON as dicts. The base of every ratio, unless a row names another."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from tempfile import TemporaryFile
from typing import Any

import httpx

from benchmarks.answers import CHUNK, MEGABYTES

from .kinds import (
    Act,
    Row,
    Urls,
    above_idle,
    all_events,
    awaited,
    delays,
    gathered,
    installed,
    interpreter,
    new_connections,
    threaded,
    times,
)

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


def asynchronous(
    name: str, once: Callable[[httpx.AsyncClient, str], Awaitable[object]]
) -> Callable[[Urls], Callable[[], Awaitable[Any]]]:
    def of(urls: Urls) -> Callable[[], Awaitable[Any]]:
        async def prepare() -> Any:
            client = httpx.AsyncClient(trust_env=name == "tls")
            return lambda: once(client, urls[name]), client.aclose

        return prepare

    return of


async def post(client: httpx.AsyncClient, url: str) -> None:
    (await client.post(url + "/v2/threads/runs/query", json=BODY)).json()


async def stream_async(client: httpx.AsyncClient, url: str) -> None:
    count = 0
    async with client.stream("POST", url, json=BODY) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                count += bool(json.loads(line[5:]))
    all_events(count)


async def upload_async(client: httpx.AsyncClient, url: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MEGABYTES):
            yield CHUNK

    (await client.post(url, content=pieces())).json()


async def download_async(client: httpx.AsyncClient, url: str) -> None:
    with TemporaryFile() as file:
        async with client.stream("POST", url) as answer:
            async for piece in answer.aiter_bytes():
                file.write(piece)


def many(urls: Urls) -> AbstractContextManager[Act]:
    return gathered(asynchronous("run", post)(urls))


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

    def once() -> None:
        while True:
            try:
                client.post(url, json=BODY).json()
            except httpx.TransportError:
                # With more threads than connections that it keeps, its pool now and then closes one
                # that another thread is about to use.
                continue
            return

    with httpx.Client(trust_env=False) as client, threaded(once) as act:
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
        with TemporaryFile() as file, client.stream("POST", urls["download"]) as answer:
            assert sum(map(file.write, answer.iter_bytes())) == MEGABYTES * len(CHUNK)

    with httpx.Client(trust_env=False) as client:
        yield times(once)


@contextmanager
def both_files(urls: Urls) -> Iterator[Act]:
    with upload(urls) as uploads, download(urls) as downloads:
        yield lambda count: (uploads(count), downloads(count))


def idle(urls: Urls) -> None:
    with httpx.Client(trust_env=False) as client:
        client.post(urls["run"], json=BODY).json()


@contextmanager
def first_event(urls: Urls) -> Iterator[Act]:
    """See `kinds.delays`."""

    def once() -> int:
        with client.stream("POST", urls["late"], json=BODY) as answer:
            lines = answer.iter_lines()
            line = next(line for line in lines if line.startswith("data:"))
            event = json.loads(line[5:])
            late = time.monotonic_ns() - int(event["content"][0]["text"]["value"])
            for _line in lines:
                pass
        return late

    with httpx.Client(trust_env=False) as client:
        yield delays(once)


CALL = "import httpx; httpx.Client(trust_env=False).post('{run}', json={'run_id': 'run_1'}).json()"
ROWS: dict[str, Row] = {
    "look-up": posting("run"),
    "look-up-async": lambda urls: awaited(asynchronous("run", post)(urls)),
    "list": posting("runs"),
    "list-async": lambda urls: awaited(asynchronous("runs", post)(urls)),
    "stream": stream,
    "stream-async": lambda urls: awaited(asynchronous("stream", stream_async)(urls)),
    "stream-memory": above_idle(stream, idle),
    "many-async": many,
    "many-threads": threads,
    "many-new": new_connections(many),
    "tls": posting("tls"),
    "tls-async": lambda urls: awaited(asynchronous("tls", post)(urls)),
    "first-event": first_event,
    "import": interpreter("import httpx"),
    "start": interpreter(CALL),
    "upload": upload,
    "upload-async": lambda urls: awaited(asynchronous("upload", upload_async)(urls)),
    "download": download,
    "download-async": lambda urls: awaited(asynchronous("download", download_async)(urls)),
    "file-memory": above_idle(both_files, idle),
    **installed("httpx"),
}
