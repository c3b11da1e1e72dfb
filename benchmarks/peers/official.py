"""The vendor's own client, appbuilder-sdk: typed objects, over requests. Has no async client."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .kinds import Act, Row, Urls, all_events, installed, interpreter, times


def official(url: str) -> Any:
    # It reads the environment when it is imported, and logs each call.
    os.environ |= {"GATEWAY_URL": url, "APPBUILDER_TOKEN": "token-of-a-benchmark"}
    import appbuilder

    logging.disable(logging.CRITICAL)
    return appbuilder.assistant


@contextmanager
def look_up(urls: Urls) -> Iterator[Act]:
    runs = official(urls["run"]).threads.runs
    yield times(lambda: runs.query(thread_id="thread_1", run_id="run_1"))


@contextmanager
def listing(urls: Urls) -> Iterator[Act]:
    runs = official(urls["runs"]).threads.runs
    yield times(lambda: runs.list("thread_1", limit=100))


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    runs = official(urls["stream"]).threads.runs
    yield times(lambda: all_events(sum(1 for _ in runs.stream_run("asst_1", thread_id="thread_1"))))


HEAD = (
    "import os; os.environ['GATEWAY_URL'] = '{run}'; "
    "os.environ['APPBUILDER_TOKEN'] = 'token-of-a-benchmark'; "
)
CALL = "import appbuilder; appbuilder.assistant.threads.runs.query(thread_id='t', run_id='r')"
ROWS: dict[str, Row] = {
    "look-up": look_up,
    "list": listing,
    "stream": stream,
    "import": interpreter(HEAD + "import appbuilder"),
    "start": interpreter(HEAD + CALL),
    **installed("appbuilder-sdk"),
}
