"""How long a caller waits for the first event of a stream, from the call on.

Each stream is read to its end, outside the time that counts, so that the next one finds the
connection open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from .pairs import Comparison, Measure
from .setting import Setting, everyone, question

STREAMS = 30  # in one measure


def waiting(stream: Callable[[], Iterator[object]]) -> Measure:
    """Seconds until the first event, summed over the streams."""

    def measure() -> float:
        waited = 0.0
        for _ in range(STREAMS):
            before = time.perf_counter()
            events = stream()
            next(events)
            waited += time.perf_counter() - before
            assert sum(1 for _ in events) > 3
        return waited

    return measure


def plain(setting: Setting) -> Iterator[str]:
    """Httpx alone: the lines with data, unread."""
    body = {"assistant_id": setting.assistant_id, "thread": question(), "stream": True}
    with setting.http.stream("POST", "/v2/threads/runs", json=body) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                yield line


def ours(setting: Setting) -> Iterator[object]:
    with setting.client.threads.runs.stream_run(setting.assistant_id, thread=question()) as stream:
        yield from stream


def official(setting: Setting) -> Iterator[object]:
    types = setting.official.thread_type
    thread = types.AssistantThread(messages=[types.AssistantMessage(**question()["messages"][0])])
    yield from setting.official.threads.runs.stream_run(setting.assistant_id, thread=thread)


def comparisons() -> Iterator[Comparison]:
    with everyone() as setting:
        measured = waiting(lambda: ours(setting))
        yield Comparison(
            "first event of a stream: time / httpx", measured, waiting(lambda: plain(setting))
        )
        yield Comparison(
            "first event of a stream: time / official",
            measured,
            waiting(lambda: official(setting)),
        )
