"""The official client of another vendor's Assistants API: typed objects."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import openai

from .kinds import Act, Row, Urls, all_events, gathered, installed, interpreter, times

warnings.simplefilter("ignore", DeprecationWarning)  # its Assistants API is being retired


def client(url: str) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url=url, max_retries=0)


@contextmanager
def look_up(urls: Urls) -> Iterator[Act]:
    with client(urls["run"]) as ours:
        yield times(lambda: ours.beta.threads.runs.retrieve("run_1", thread_id="thread_1"))


@contextmanager
def listing(urls: Urls) -> Iterator[Act]:
    with client(urls["runs"]) as ours:
        yield times(lambda: ours.beta.threads.runs.list("thread_1", limit=100))


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    def once() -> None:
        events = ours.beta.threads.runs.create("thread_1", assistant_id="asst_1", stream=True)
        with events:
            all_events(sum(1 for _ in events))

    with client(urls["stream"]) as ours:
        yield times(once)


def many(urls: Urls) -> object:
    async def prepare() -> object:
        theirs = openai.AsyncOpenAI(api_key="k", base_url=urls["run"], max_retries=0)

        async def once() -> None:
            await theirs.beta.threads.runs.retrieve("run_1", thread_id="thread_1")

        return once, theirs.close

    return gathered(prepare)  # type: ignore[arg-type]


CALL = (
    "import warnings; warnings.simplefilter('ignore'); import openai; "
    "openai.OpenAI(api_key='k', base_url='{run}').beta.threads.runs.retrieve('r', thread_id='t')"
)
ROWS: dict[str, Row] = {
    "look-up": look_up,
    "list": listing,
    "stream": stream,
    "many-async": many,  # type: ignore[dict-item]
    "import": interpreter("import openai"),
    "start": interpreter(CALL),
    **installed("openai"),
}
