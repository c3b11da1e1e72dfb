"""For any response a call returns a documented value or raises a documented error."""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from appbuilder_assistants import RetryPolicy
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from tests.clients.client_harness import AsyncHarness, SyncHarness
from tests.clients.operations import OPERATIONS
from tests.fuzz.conftest import ANSWERS, SEED
from tests.fuzz.mutations import TOKEN
from tests.fuzz.promises import check_hidden, outcome
from tests.fuzz.server import Answer, FuzzServer
from tests.fuzz.wire import cases
from tests.generated.spec import OPERATIONS as SPECIFIED

EACH = -(-ANSWERS // len(OPERATIONS) // 2)  # with each of two decoders
SECONDS = 30.0
"""Within which every call has to end: the server never keeps one waiting."""
AT_ONCE = RetryPolicy(attempts=2, first_delay=0.0, max_delay=0.0)


def test_every_operation_is_here() -> None:
    """None is left out."""
    assert {operation.operation_id for operation in OPERATIONS.values()} == set(SPECIFIED)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that the client logs."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger, handler = logging.getLogger("appbuilder_assistants"), Lines()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield lines
    logger.propagate = True
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


@pytest.mark.parametrize("name", OPERATIONS)
def test_any_answer(
    name: str,
    decoder: str,
    fuzz: FuzzServer,
    tmp_path: Path,
    log: list[str],
    record_property: Callable[[str, object], None],
) -> None:
    """Both clients, alike: a value or an error that keeps every promise, and soon."""
    operation = OPERATIONS[name]
    before = open_sockets()
    harnesses = (SyncHarness(), AsyncHarness())
    clients = [
        (
            harness,
            harness.client(TOKEN, fuzz.url, timeout=SECONDS, retry=AT_ONCE, rate_limit=math.inf),
        )
        for harness in harnesses
    ]
    idle = open_sockets()
    outcomes: Counter[str] = Counter()

    @seed(f"{SEED} {name} {decoder}")
    @settings(
        max_examples=EACH,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation))
    def check(case: list[Answer]) -> None:
        note(repr(case))
        repeated = any(TOKEN[:4].encode() in answer.data for answer in case)
        came = []
        for harness, client in clients:
            fuzz.answer_with(case, to=harness.name)
            started = time.monotonic()
            came.append(outcome(operation, client, tmp_path, repeated=repeated))
            assert time.monotonic() - started < SECONDS
            # Two connections of each client are kept, at most: a stream's, and one beside it.
            assert open_sockets() - idle <= 4
            outcomes[came[-1]] += 1
        assert log
        check_hidden(*log)
        log.clear()
        # Where the network or the clock decides, they may differ.
        raced = any(answer.then == "reset" for answer in case)
        if not raced and "DeadlineExceededError" not in came:
            assert came[0] == came[1]

    answered = fuzz.answered()
    try:
        check()
    finally:
        for harness in harnesses:
            harness.close()
    answered = fuzz.answered() - answered
    record_property("answered", dict(answered))
    record_property("outcomes", dict(outcomes))

    assert set(answered) == {"sync", "async"}
    assert min(answered.values()) > EACH / 2  # where the call's deadline passes, there is none
    assert open_sockets() == before


def open_sockets() -> int:
    """The number of open sockets of this process, if the system knows it."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return 0
    return sum(is_socket(entry) for entry in folder.iterdir())


def is_socket(entry: Path) -> bool:
    try:
        return str(entry.readlink()).startswith("socket:")
    except OSError:
        return False
