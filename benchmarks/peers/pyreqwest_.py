"""pyreqwest, a client written in Rust: its JSON as dicts."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pyreqwest.client import ClientBuilder, SyncClientBuilder

from .kinds import Act, Row, Urls, all_events, awaited, gathered, installed, threaded, times

BODY = {"thread_id": "thread_1", "run_id": "run_1"}


def posting(name: str) -> Row:
    @contextmanager
    def row(urls: Urls) -> Iterator[Act]:
        with SyncClientBuilder().no_proxy().build() as client:
            yield times(lambda: client.post(urls[name]).body_json(BODY).build().send().json())

    return row


def async_posting(urls: Urls) -> Callable[[], Awaitable[Any]]:
    async def prepare() -> Any:
        client = ClientBuilder().no_proxy().build()

        async def once() -> None:
            answer = await client.post(urls["run"]).body_json(BODY).build().send()
            await answer.json()

        return once, client.close

    return prepare


@contextmanager
def threads(urls: Urls) -> Iterator[Act]:
    with SyncClientBuilder().no_proxy().build() as client:

        def once() -> None:
            client.post(urls["run"]).body_json(BODY).build().send().json()

        with threaded(once) as act:
            yield act


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    with SyncClientBuilder().no_proxy().build() as client:

        def once() -> None:
            count, rest = 0, b""
            with client.post(urls["stream"]).body_json(BODY).build_streamed() as answer:
                while (piece := answer.body_reader.read_chunk()) is not None:
                    *lines, rest = (rest + bytes(piece)).split(b"\n")
                    for line in lines:
                        if line.startswith(b"data:"):
                            json.loads(line[5:])
                            count += 1
            all_events(count)

        yield times(once)


ROWS: dict[str, Row] = {
    "look-up": posting("run"),
    "look-up-async": lambda urls: awaited(async_posting(urls)),
    "list": posting("runs"),
    "stream": stream,
    "many-async": lambda urls: gathered(async_posting(urls)),
    "many-threads": threads,
    **installed("pyreqwest"),
}
