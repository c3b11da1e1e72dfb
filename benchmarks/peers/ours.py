"""The library of this repository: typed objects."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from appbuilder_assistants import AppBuilder, AsyncAppBuilder
from appbuilder_assistants.types import StreamRunMessage

from benchmarks.answers import CHUNK, MEGABYTES

from .kinds import Act, Row, Urls, all_events, awaited, gathered, interpreter, threaded, times

NAMES = {"thread_id": "thread_1", "run_id": "run_1"}


def querying(name: str) -> Row:
    @contextmanager
    def row(urls: Urls) -> Iterator[Act]:
        with AppBuilder("token-of-a-benchmark", urls[name]) as client:
            runs = client.threads.runs
            yield times(lambda: runs.query(**NAMES))

    return row


def async_querying(urls: Urls) -> Callable[[], Awaitable[Any]]:
    async def prepare() -> Any:
        client = AsyncAppBuilder("token-of-a-benchmark", urls["run"])

        async def once() -> None:
            await client.threads.runs.query(**NAMES)

        return once, client.close

    return prepare


@contextmanager
def listing(urls: Urls) -> Iterator[Act]:
    with AppBuilder("token-of-a-benchmark", urls["runs"]) as client:
        yield times(lambda: client.threads.runs.list("thread_1", limit=100))


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    def once() -> None:
        with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
            all_events(sum(1 for _ in events))

    with AppBuilder("token-of-a-benchmark", urls["stream"]) as client:
        yield times(once)


@contextmanager
def stream_async(urls: Urls) -> Iterator[Act]:
    async def prepare() -> Any:
        client = AsyncAppBuilder("token-of-a-benchmark", urls["stream"])

        async def once() -> None:
            count = 0
            async with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
                async for _ in events:
                    count += 1
            all_events(count)

        return once, client.close

    with awaited(prepare) as act:
        yield act


@contextmanager
def threads(urls: Urls) -> Iterator[Act]:
    with (
        AppBuilder("token-of-a-benchmark", urls["run"]) as client,
        threaded(lambda: client.threads.runs.query(**NAMES)) as act,
    ):
        yield act


class Pieces:
    """A file of so many megabytes that are nowhere kept."""

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


@contextmanager
def upload(urls: Urls) -> Iterator[Act]:
    with AppBuilder("token-of-a-benchmark", urls["upload"]) as client:
        yield times(lambda: client.assistants.files.create(Pieces()))  # type: ignore[arg-type]


@contextmanager
def download(urls: Urls) -> Iterator[Act]:
    from tempfile import TemporaryDirectory

    with (
        TemporaryDirectory() as folder,
        AppBuilder("token-of-a-benchmark", urls["download"]) as client,
    ):
        yield times(lambda: client.assistants.files.download("file-1", folder, overwrite=True))


@contextmanager
def first_event(urls: Urls) -> Iterator[Act]:
    def act(count: int) -> float:
        late = 0.0
        for _ in range(count):
            with client.threads.runs.stream_run("asst_1", thread_id="thread_1") as events:
                event = next(events)
                arrived = time.monotonic_ns()
                assert isinstance(event, StreamRunMessage)
                assert event.content
                late += arrived - int(event.content[0].text.value)  # type: ignore[union-attr]
                for _event in events:
                    pass
        return late / 1e9

    with AppBuilder("token-of-a-benchmark", urls["late"]) as client:
        yield act


CALL = (
    "from appbuilder_assistants import AppBuilder; "
    "AppBuilder('token-of-a-benchmark', '{run}').threads.runs.query(thread_id='t', run_id='r')"
)
ROWS: dict[str, Row] = {
    "look-up": querying("run"),
    "look-up-async": lambda urls: awaited(async_querying(urls)),
    "list": listing,
    "stream": stream,
    "stream-async": stream_async,
    "many-async": lambda urls: gathered(async_querying(urls)),
    "many-threads": threads,
    "tls": querying("tls"),
    "first-event": first_event,
    "import": interpreter("import appbuilder_assistants"),
    "start": interpreter(CALL),
    "upload": upload,
    "download": download,
}
