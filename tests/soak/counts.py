"""The resources of a client: places, sockets, threads and tasks."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from pathlib import Path
from typing import Any

import httpx


def held() -> dict[str, int]:
    """How many sockets, threads and tasks this process has."""
    try:
        tasks = len(asyncio.all_tasks())
    except RuntimeError:
        tasks = 0
    return {"sockets": sockets(), "threads": threading.active_count(), "tasks": tasks}


def sockets() -> int:
    found = 0
    for path in Path("/dev/fd").iterdir():
        try:
            found += stat.S_ISSOCK(os.fstat(int(path.name)).st_mode)
        except OSError:  # the folder's own, closed by now
            continue
    return found


def taken(http: httpx.Client | httpx.AsyncClient) -> list[str]:
    """The used places of a client's pool: none, when no call is in progress."""
    pool: Any = http._transport._pool
    size = pool._max_connections
    busy = [one for one in pool.connections if not one.is_idle() and not one.is_closed()]
    found = []
    if pool.places.free != size:
        found.append(f"{size - pool.places.free} of {size} places")
    if busy:
        found.append(f"{len(busy)} connections that no call uses: {busy}")
    if pool._requests:
        found.append(f"{len(pool._requests)} requests that are over")
    return found


def more(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The growth since before."""
    return [
        f"{after[name] - count} {name} more than before ({count})"
        for name, count in before.items()
        if after[name] > count
    ]
