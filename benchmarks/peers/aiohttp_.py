"""aiohttp: its JSON as dicts. Has no sync client."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from .kinds import AT_ONCE, Row, Urls, all_events, awaited, gathered, installed, new_connections

BODY = {"thread_id": "thread_1", "run_id": "run_1"}


def posting(urls: Urls, name: str) -> Callable[[], Awaitable[Any]]:
    async def prepare() -> Any:
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))

        async def once() -> None:
            async with session.post(urls[name], json=BODY) as answer:
                await answer.json()

        return once, session.close

    return prepare


def stream(urls: Urls) -> Callable[[], Awaitable[Any]]:
    async def prepare() -> Any:
        session = aiohttp.ClientSession()

        async def once() -> None:
            count = 0
            async with session.post(urls["stream"], json=BODY) as answer:
                async for line in answer.content:
                    if line.startswith(b"data:"):
                        json.loads(line[5:])
                        count += 1
            all_events(count)

        return once, session.close

    return prepare


ROWS: dict[str, Row] = {
    "look-up-async": lambda urls: awaited(posting(urls, "run")),
    "list-async": lambda urls: awaited(posting(urls, "runs")),
    "stream-async": lambda urls: awaited(stream(urls)),
    "many-async": lambda urls: gathered(posting(urls, "run")),
    "many-new": new_connections(lambda urls: gathered(posting(urls, "run"))),
    **installed("aiohttp"),
}
