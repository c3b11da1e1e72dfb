"""The resources of a client: places, sockets, threads and tasks."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from pathlib import Path
from typing import Any

from appbuilder_assistants._transport.with_h11 import idle
from appbuilder_assistants._transport.with_h11.transport import OwnConnections
from appbuilder_assistants._transport.with_httpx.clients import pools_of


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


def taken(transport: Any, gateway: str) -> list[str]:
    """The places of a transport's pool that are in use."""
    if isinstance(transport, OwnConnections):
        used = idle.MAX_CONNECTIONS - transport.places.free
        return [f"{used} of {idle.MAX_CONNECTIONS} places"] if used else []
    http, places = transport.to(gateway)
    [pool] = pools_of(http)
    size = pool._max_connections
    busy = [one for one in pool.connections if not one.is_idle() and not one.is_closed()]
    found = []
    if places.free != size:
        found.append(f"{size - places.free} of {size} places")
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
