"""The state of a target as seen so far, for checks that compare one response with another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemathesis import Case, Response

from contract_tests.spec.readings import Observations


@dataclass
class Seen:
    """The content of earlier responses of the target.

    - `request_ids`: of every response.
    - `made`: the ids of what was made, with the operation that made it.
    - `deleted`: the ids of what was deleted.
    - `statuses`: the status of runs by id, of steps by run and id, as it was last seen.
    """

    of_mock: bool  # unknown facts are checked on our mock only
    observations: Observations = field(default_factory=Observations)
    request_ids: set[str] = field(default_factory=set)
    made: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)


# An assertion that fails says in its message which promise the response breaks.
Check = Callable[[Seen, Response, Case[Any]], None]
