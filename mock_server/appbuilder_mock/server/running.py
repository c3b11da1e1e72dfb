"""The handle of a running mock server: script it, and see the requests it received."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from appbuilder_mock.contract import the_contract
from appbuilder_mock.middleware.entry import Entry
from appbuilder_mock.scenarios import Fault, Rule, Scenario
from appbuilder_mock.scenarios.checks import unknown
from appbuilder_mock.scenarios.player import ScenarioSource
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document

T = TypeVar("T")

LOOP_TIMEOUT = 30.0  # seconds for the server's thread to answer
LONGEST_BODY = 300  # characters shown in a message


@dataclass(frozen=True)
class ReceivedRequest:
    """One request, with secrets masked and long bodies shortened.

    `operation` is None when the route is unknown; `status` is None when it got no answer.
    """

    number: int
    operation: str | None
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any
    status: int | None

    def __str__(self) -> str:
        body = "" if self.body is None else json.dumps(self.body, ensure_ascii=False)
        shown = body if len(body) <= LONGEST_BODY else f"{body[:LONGEST_BODY]}…"
        what = self.operation or f"{self.method} {self.path}"
        return f"{self.number:>3} {what} {self.status or 'no answer'} {shown}".rstrip()


class Running:
    """A mock server that accepts connections. For any thread but the server's own."""

    def __init__(
        self, url: str, port: int, *, state: MockState, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.url = url
        self.port = port
        self.token = state.token
        self._state = state
        self._loop = loop

    def __repr__(self) -> str:
        return f"Running(url={self.url!r})"

    def script(self, *given: Rule | Scenario | Path | str) -> None:
        """Play this in place of any other scenario, from the next call on; nothing plays none.

        Rules, or one complete scenario: built in Python, a file (a Path), or YAML or JSON text.
        Raises ScenarioError, and then changes nothing. A run that has begun keeps its script.
        """
        rules = [one for one in given if isinstance(one, Rule)]
        scenarios: list[ScenarioSource] = [one for one in given if not isinstance(one, Rule)]
        if len(scenarios) > 1 or (scenarios and rules):
            raise TypeError("expected rules, or one scenario, file or text; got a mixture")
        [scenario] = scenarios or [rules]
        self._in_loop(lambda: self._state.player.play(scenario))

    def inject_fault(self, operation: str, nth: int, fault: Fault) -> None:
        """Let the `nth` call of this operationId from now on have the fault, whatever is played.

        The rule that the call matches applies otherwise; a call that is prevented matches none.
        """
        if operation not in (known := the_contract().operations):
            raise ValueError(unknown("operation", operation, known))
        self._in_loop(lambda: self._state.player.inject(operation, nth, fault))

    @property
    def has_pending_fault(self) -> bool:
        """Whether an injected fault still waits for its call, or for an event of its stream."""
        return self._in_loop(lambda: self._state.player.is_pending)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The newest 1000 requests to the API, oldest first."""
        return self._in_loop(lambda: [_seen(one) for one in self._state.history.every()])

    def assert_received(
        self, operation: str, times: int | None = None, **fields: object
    ) -> list[ReceivedRequest]:
        """The calls of this operationId whose JSON body has these fields.

        Raises AssertionError, which lists all received requests, unless there are `times` of
        them, or at least one.
        """
        if operation not in (known := the_contract().operations):
            raise ValueError(unknown("operation", operation, known))
        received = self.requests
        found = [one for one in received if one.operation == operation and _has(one.body, fields)]
        if len(found) == times or (found and times is None):
            return found
        wanted = "at least once" if times is None else f"{times} times"
        fitting = f" with {json.dumps(fields, ensure_ascii=False, default=repr)}" if fields else ""
        shown = "\n".join(map(str, received)) or "  nothing"
        raise AssertionError(
            f"expected {operation}{fitting} {wanted}, got {len(found)}. Received:\n{shown}"
        )

    def assert_all_played(self) -> None:
        """Raises AssertionError, which lists the scenario's rules that have taken no call."""
        if unplayed := self._in_loop(lambda: self._state.player.unplayed()):
            shown = "\n".join(unplayed)
            received = "\n".join(map(str, self.requests)) or "  nothing"
            raise AssertionError(
                f"expected every rule to be played, these were not:\n{shown}\nReceived:\n{received}"
            )

    def state(self) -> Document:
        """Assistants, threads with their messages, runs and steps, and files."""
        return self._in_loop(self._state.dump)

    def reset(self) -> None:
        """Forget everything; streams end; a scenario goes back to its start."""
        self._in_loop(self._state.reset)

    def report(self) -> str:
        """The received requests and the state, for the message of a failing test."""
        requests = "\n".join(map(str, self.requests)) or "  nothing"
        state = json.dumps(self.state(), ensure_ascii=False, indent=2)
        rules = self._state.player.rules or 0
        return f"scenario: {rules} rules\nreceived:\n{requests}\nstate:\n{state}"

    def _in_loop(self, action: Callable[[], T]) -> T:
        """Call `action` in the server's thread, between two requests."""

        async def act() -> T:
            return action()

        acting = act()
        try:
            done = asyncio.run_coroutine_threadsafe(acting, self._loop)
        except RuntimeError:
            acting.close()
            raise RuntimeError("this mock server has stopped") from None
        return done.result(LOOP_TIMEOUT)


def _seen(entry: Entry) -> ReceivedRequest:
    return ReceivedRequest(
        number=entry.number,
        operation=entry.operation_id,
        method=entry.method,
        path=entry.path,
        query=entry.query,
        headers=entry.headers,
        body=None if entry.body is None else json.loads(entry.body),
        status=entry.status,
    )


def _has(body: Any, fields: dict[str, object]) -> bool:
    if not fields:
        return True
    return isinstance(body, dict) and all(
        key in body and body[key] == value for key, value in fields.items()
    )
