"""A client of a third Assistants API: dicts, over httpx and orjson."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from langgraph_sdk import get_client, get_sync_client

from .kinds import Act, Row, Urls, all_events, gathered, installed, interpreter, times


@contextmanager
def look_up(urls: Urls) -> Iterator[Act]:
    with get_sync_client(url=urls["run"], api_key=None) as client:
        yield times(lambda: client.runs.get("thread_1", "run_1"))


@contextmanager
def listing(urls: Urls) -> Iterator[Act]:
    with get_sync_client(url=urls["array"], api_key=None) as client:
        yield times(lambda: client.runs.list("thread_1", limit=100))


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    def once() -> None:
        all_events(sum(1 for _ in client.runs.stream("thread_1", "asst_1")))

    with get_sync_client(url=urls["stream"], api_key=None) as client:
        yield times(once)


def many(urls: Urls) -> object:
    async def prepare() -> object:
        client = get_client(url=urls["run"], api_key=None)

        async def once() -> None:
            await client.runs.get("thread_1", "run_1")

        return once, client.aclose

    return gathered(prepare)  # type: ignore[arg-type]


CALL = (
    "from langgraph_sdk import get_sync_client; "
    "get_sync_client(url='{run}', api_key=None).runs.get('thread_1', 'run_1')"
)
ROWS: dict[str, Row] = {
    "look-up": look_up,
    "list": listing,
    "stream": stream,
    "many-async": many,  # type: ignore[dict-item]
    "import": interpreter("import langgraph_sdk"),
    "start": interpreter(CALL),
    **installed("langgraph-sdk"),
}
