"""The state of a server as seen so far, for checks that compare one response with another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from schemathesis import Response


@dataclass
class Memory:
    """Of one server.

    - `request_ids`: of every answer.
    - `made`: the ids of what was made, with the operation that made it.
    - `deleted`: the ids of what was deleted.
    - `statuses`: the status of runs by id, of steps by run and id, as it was last seen.
    """

    request_ids: set[str] = field(default_factory=set)
    made: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)


_MEMORIES: defaultdict[str, Memory] = defaultdict(Memory)


def memory_of(response: Response) -> Memory:
    """The memory of the server that gave this answer."""
    return _MEMORIES[urlsplit(str(response.request.url)).netloc]
