"""The library of this repository: typed objects."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

from appbuilder_assistants import AppBuilder, AsyncAppBuilder

from benchmarks.answers import CHUNK, EVENTS, MEGABYTES
from benchmarks.rows import ROOT
from benchmarks.server import PAGES, STREAMS

from .kinds import (
    AT_ONCE,
    AT_ONCE_STEPS,
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
    looped,
    new_connections,
    threaded,
    times,
)

TOKEN = "token-of-a-benchmark"
NAMES = {"thread_id": "thread_1", "run_id": "run_1"}
OfClient = Callable[[Any], object]  # one act, with a sync or an async client


def sync(name: str, once: OfClient) -> Row:
    @contextmanager
    def row(urls: Urls) -> Iterator[Act]:
        with AppBuilder(TOKEN, urls[name]) as client:
            yield times(lambda: once(client))

    return row


def prepared(name: str, once: OfClient) -> Callable[[Urls], Callable[[], Awaitable[Any]]]:
    def of(urls: Urls) -> Callable[[], Awaitable[Any]]:
        async def prepare() -> Any:
            client = AsyncAppBuilder(TOKEN, urls[name])
            return lambda: once(client), client.close

        return prepare

    return of


def asynchronous(name: str, once: OfClient) -> Row:
    return lambda urls: awaited(prepared(name, once)(urls))


def look_up(client: Any) -> object:
    return client.threads.runs.query(**NAMES)


def list_runs(client: Any, limit: int = 100) -> object:
    return client.threads.runs.list("thread_1", limit=limit)


def stream(client: Any, least: int = EVENTS - 1) -> None:
    with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
        count = sum(1 for _ in events)
    assert count >= least, f"expected {least} events, got {count}"


async def stream_async(client: Any) -> None:
    count = 0
    async with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
        async for _ in events:
            count += 1
    all_events(count)


class Pieces:
    """A file of this many megabytes, made while it is read."""

    name = "a.bin"

    def __init__(self) -> None:
        self._at = 0
        self._length = MEGABYTES * len(CHUNK)

    def read(self, size: int = -1) -> bytes:
        size = min(len(CHUNK) if size < 0 else size, self._length - self._at)
        begin = self._at % len(CHUNK)
        piece = CHUNK[begin : begin + size]
        self._at += len(piece)
        return piece

    def seek(self, at: int, whence: int = 0) -> int:
        self._at = at + (0, self._at, self._length)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True


def upload(client: Any) -> object:
    return client.assistants.files.create(Pieces())


def download(client: Any) -> object:
    with TemporaryDirectory() as folder:
        return client.assistants.files.download("file-1", folder)


async def download_async(client: Any) -> None:
    with TemporaryDirectory() as folder:
        await client.assistants.files.download("file-1", folder)


@contextmanager
def both_files(urls: Urls) -> Iterator[Act]:
    with (
        AppBuilder(TOKEN, urls["upload"]) as uploads,
        AppBuilder(TOKEN, urls["download"]) as downloads,
    ):
        yield times(lambda: (upload(uploads), download(downloads)))


def sent(event: Any) -> int:
    """When the server sent this event, by the clock that is the same for all processes."""
    return int(event.content[0].text.value)


@contextmanager
def first_event(urls: Urls) -> Iterator[Act]:
    def once() -> int:
        with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
            event = next(events)
            late = time.monotonic_ns() - sent(event)
            for _event in events:
                pass
        return late

    with AppBuilder(TOKEN, urls["late"]) as client:
        yield delays(once)


@contextmanager
def first_event_async(urls: Urls) -> Iterator[Act]:
    async def prepare() -> Any:
        client = AsyncAppBuilder(TOKEN, urls["late"])

        async def once() -> int:
            async with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
                event = await anext(events)
                late = time.monotonic_ns() - sent(event)
                async for _event in events:
                    pass
            return late

        return once, client.close

    with looped(prepare) as (loop, once):
        yield delays(lambda: loop.run_until_complete(once()))


def idle(urls: Urls) -> None:
    with AppBuilder(TOKEN, urls["run"]) as client:
        look_up(client)
    with AppBuilder(TOKEN, urls["stream-1000"]) as client:
        stream(client, 1000)


def gathered_calls(urls: Urls, size: int = AT_ONCE) -> AbstractContextManager[Act]:
    return gathered(prepared("run", look_up)(urls), size)


@contextmanager
def threads(urls: Urls) -> Iterator[Act]:
    with AppBuilder(TOKEN, urls["run"]) as client, threaded(lambda: look_up(client)) as act:
        yield act


CALL = (
    "from appbuilder_assistants import AppBuilder; "
    f"AppBuilder('{TOKEN}', '{{run}}').threads.runs.query(thread_id='t', run_id='r')"
)
ROWS: dict[str, Row] = {
    "look-up": sync("run", look_up),
    "look-up-async": asynchronous("run", look_up),
    "list": sync("runs", list_runs),
    "list-async": asynchronous("runs", list_runs),
    "stream": sync("stream", stream),
    "stream-async": asynchronous("stream", stream_async),
    "stream-memory": above_idle(sync("stream", stream), idle),
    "many-async": gathered_calls,
    "many-threads": threads,
    "many-new": new_connections(gathered_calls),
    "tls": sync("tls", look_up),
    "tls-async": asynchronous("tls", look_up),
    "first-event": first_event,
    "first-event-async": first_event_async,
    "import": interpreter("import appbuilder_assistants"),
    "start": interpreter(CALL),
    "upload": sync("upload", upload),
    "upload-async": asynchronous("upload", upload),
    "download": sync("download", download),
    "download-async": asynchronous("download", download_async),
    "file-memory": above_idle(both_files, idle),
    **installed("appbuilder-assistants", beside=ROOT),
}
# The curves of `growth`.
ROWS |= {f"at-once-{size}": partial(gathered_calls, size=size) for size in AT_ONCE_STEPS}
ROWS |= {f"page-{size}": sync(f"runs-{size}", partial(list_runs, limit=size)) for size in PAGES}
ROWS |= {
    f"events-{count}": above_idle(sync(f"stream-{count}", partial(stream, least=count)), idle)
    for count in STREAMS
}
