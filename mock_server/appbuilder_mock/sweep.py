"""Run a program with a fault at every point of its scenario, and judge its output and its runs.

A fault point is a place at which a call or a stream can break, and how. `sweep` runs a program of
yours once without a fault, to see its calls, and then once for each point; `pytest
--appbuilder-sweep` does the same with tests.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from appbuilder_mock.scenarios import Cut, Fault, Malformed, Pause
from appbuilder_mock.scenarios.player import ScenarioSource
from appbuilder_mock.server.running import Running
from appbuilder_mock.server.server import running

SILENCE = 0.5  # seconds without a byte
TIMEOUT = 30.0  # seconds after which a program counts as hung
SETTLED = 5.0  # seconds for runs to end that no call waits for

WHOLE = "came through whole"
REPORTED = "told its user"
UNKNOWABLE = "left a run of which it cannot know"
WRONG = "said something false"
HUNG = "hung"
WAITING = "left a run waiting"
BLOCKED = "left a thread blocked"
MISSED = "did not happen"  # a point that was asked for by itself
BAD = (WRONG, HUNG, WAITING, BLOCKED)
LETTERS = {
    WHOLE: ".",
    REPORTED: "t",
    UNKNOWABLE: "u",
    WRONG: "F",
    HUNG: "H",
    WAITING: "W",
    BLOCKED: "B",
    MISSED: "?",
}

ON_CALLS = {
    "reset": Fault(reset="before_reading"),
    # Longer than a client waits by itself.
    "429": Fault(status=429, retry_after=60),
    "500": Fault(status=500),
    # The call is not carried out, and has no response.
    "silence": Fault(pause=Pause(SILENCE), reset="before_reading"),
    "cut": Fault(cut=Cut(after_byte=1)),
    "lost answer": Fault(reset="before_answering"),
}


@dataclass(frozen=True)
class Point:
    """Where something breaks, and how: at the `nth` call of an operation, or at one of its events.

    As text it is `createRun 1: reset` or `createRun 1 event 3: cut`.
    """

    operation: str
    nth: int
    kind: str
    event: int | None = None

    def __str__(self) -> str:
        event = "" if self.event is None else f" event {self.event}"
        return f"{self.operation} {self.nth}{event}: {self.kind}"

    @classmethod
    def parse(cls, text: str) -> Point:
        """The point of a text. Raises ValueError."""
        found = re.fullmatch(r"(\w+) (\d+)(?: event (\d+))?: ([\w ]+)", text.strip())
        event = int(found[3]) if found and found[3] else None
        kinds = ON_CALLS if event is None else ON_EVENTS
        if found is None or found[4] not in kinds:
            raise ValueError(
                "expected a fault point such as `createRun 1: reset` or "
                f"`createRun 1 event 3: cut`, with one of {', '.join(kinds)}; got {text!r}"
            )
        return cls(found[1], int(found[2]), found[4], event)

    @property
    def fault(self) -> Fault:
        return ON_CALLS[self.kind] if self.event is None else ON_EVENTS[self.kind](self.event)

    @property
    def hides_the_run(self) -> bool:
        """Whether no byte with the id of the run that begins reaches the caller."""
        hidden = ("cut", "lost answer") if self.event is None else ("cut", "malformed")
        return self.operation == "createRun" and self.event in (None, 1) and self.kind in hidden


ON_EVENTS: dict[str, Callable[[int], Fault]] = {
    "cut": lambda event: Fault(cut=Cut(after_event=event - 1)),
    "malformed": lambda event: Fault(malformed=Malformed(event)),
    "silence": lambda event: Fault(pause=Pause(SILENCE, before_event=event)),
}


@dataclass(frozen=True)
class Result:
    """The outcome of the program at one point; `detail` is its output, or its error."""

    point: Point
    verdict: str
    detail: str = ""

    @property
    def is_bad(self) -> bool:
        return self.verdict in BAD


def sweep(
    program: Callable[[Running], object],
    scenario: ScenarioSource | None = None,
    *,
    reported: Callable[[object], bool] = lambda said: False,
    timeout: float = TIMEOUT,
) -> list[Result]:
    """Run the program at every fault point; each time on a server of its own.

    The program gets the server, for its `url` and `token`, and returns what its user sees. The same
    as without a fault is whole; an exception, or a message that `reported` matches, has informed
    the user; anything else is false.

    Raises what the program raises without a fault.
    """

    def attempt(point: Point | None) -> tuple[object, BaseException | None, str | None, Running]:
        with running(scenario=scenario) as server:
            if point is not None:
                server.inject_fault(point.operation, point.nth, point.fault)
            said, error = None, None
            with Watch(server, timeout) as watch:
                try:
                    said = program(server)
                except Exception as raised:  # noqa: BLE001 - the program tells its user of it
                    error = raised
            state = HUNG if watch.is_hung else unfinished(server)
            if point is None:
                points.extend(points_of(server))
            return said, error, state, server

    points: list[Point] = []
    expected, error, usual, _ = attempt(None)
    if error is not None:
        raise error
    results = []
    for point in points:
        said, error, state, _ = attempt(point)
        verdict = REPORTED if error is not None or reported(said) else WRONG
        if error is None and said == expected:
            verdict = WHOLE
        detail = repr(said) if error is None else f"{type(error).__name__}: {error}"
        results.append(Result(point, judged(point, verdict, state, usual), detail))
    return results


def judged(point: Point, verdict: str, state: str | None, usual: str | None) -> str:
    """The verdict with regard to unfinished runs; `usual` is their state without a fault."""
    if state is None or state == usual:
        return verdict
    return UNKNOWABLE if state in (WAITING, BLOCKED) and point.hides_the_run else state


class Watch:
    """Looks after a program: when it takes too long, streams end, so that it can end as well."""

    def __init__(self, server: Running, timeout: float) -> None:
        self._server = server
        self._timeout = timeout
        self._done = threading.Event()
        self.is_hung = False

    def __enter__(self) -> Watch:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()

    def _look(self) -> None:
        while not self._done.wait(self._timeout):
            self.is_hung = True
            self._server.reset()


def points_of(server: Running) -> list[Point]:
    """The fault points of the calls that a server received; of a stream, in its first 16 KiB."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"{server.url}/_mock/requests", timeout=TIMEOUT
    ) as response:
        received = json.load(response)["data"]
    counts: dict[str, int] = {}
    points: list[Point] = []
    for one in received:
        if operation := one["operation_id"]:
            nth = counts[operation] = counts.get(operation, 0) + 1
            points += _points(operation, nth, one["response"])
    return points


def _points(operation: str, nth: int, response: Any) -> Iterator[Point]:
    is_stream = isinstance(response, str) and response.startswith("event: ")
    for kind in ON_CALLS:
        if not (is_stream and kind == "cut"):
            yield Point(operation, nth, kind)
    if is_stream:
        whole = re.findall(r"event: (?!ping)\w+\ndata: .*\n\n", response)
        for event in range(1, len(whole) + 1):
            for kind in ON_EVENTS:
                yield Point(operation, nth, kind, event)


def unfinished(server: Running) -> str | None:
    """The state of unfinished runs; those that continue by themselves have time to end."""
    deadline = time.monotonic() + SETTLED
    while True:
        found = {run["status"] for one in server.state()["threads"] for run in one["runs"]}
        if not found & {"queued", "in_progress", "cancelling"}:
            return WAITING if "requires_action" in found else None
        if time.monotonic() > deadline:
            return BLOCKED
        time.sleep(0.02)


def table(name: str, results: Sequence[Result]) -> Iterable[str]:
    """The matrix of one program: a line for each call or event, a column for each kind."""
    kinds = list(dict.fromkeys([*ON_CALLS, *ON_EVENTS]))
    rows: dict[str, dict[str, str]] = {}
    for one in results:
        row = str(one.point).rpartition(": ")[0]
        rows.setdefault(row, {})[one.point.kind] = LETTERS[one.verdict]
    width = max(map(len, rows), default=0)
    yield f"{name}: {len(results)} points, {sum(one.is_bad for one in results)} bad"
    yield f"  {'':{width}}  {'  '.join(kinds)}"
    for row, found in rows.items():
        cells = "  ".join(f"{found.get(kind, ' '):{len(kind)}}" for kind in kinds)
        yield f"  {row:{width}}  {cells}".rstrip()


LEGEND = ", ".join(f"{letter} {verdict}" for verdict, letter in LETTERS.items())
