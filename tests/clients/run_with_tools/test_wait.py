"""`runs.wait`: polling until a run has ended or waits for tools."""

from __future__ import annotations

import time
from typing import Any

import pytest
from appbuilder_assistants import (
    DeadlineExceededError,
)

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, answer


@pytest.mark.parametrize("end", ["completed", "requires_action", "cancelled", "paused"])
def test_wait(harness: ClientHarness, serve: Serve, end: str) -> None:
    """A run is looked up until it has ended, waits for tools, or is in a state unheard of."""
    answers = [{**RUN, "status": s} for s in ("queued", "in_progress", "cancelling", end)]
    server = serve(lambda exchange: exchange.send(answer(answers.pop(0))))

    done = harness.client("k", server.url).threads.runs.wait("t", "r", first_delay=0.01)

    assert done.status == end
    assert [exchange.json for exchange in server.exchanges] == [
        {"thread_id": "t", "run_id": "r"}
    ] * 4


@pytest.mark.parametrize("on_deadline", ["raise", "cancel"])
def test_wait_has_a_deadline(harness: ClientHarness, serve: Serve, on_deadline: str) -> None:
    """It is used up, not cut short by a pause; then the run continues, or is cancelled."""
    working = {**RUN, "status": "in_progress"}
    server = serve(lambda exchange: exchange.send(answer(working)))
    client = harness.client("k", server.url)

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError) as caught:
        client.threads.runs.wait("t", "r", deadline=0.4, on_deadline=on_deadline)

    assert 0.3 <= time.monotonic() - begun < PATIENCE
    assert caught.value.cancelled is (on_deadline == "cancel")
    paths = [exchange.request_line.split()[1].rpartition("/")[2] for exchange in server.exchanges]
    assert len(paths) < 15
    assert (paths[-1] == "cancel") is (on_deadline == "cancel")


def test_wait_survives_a_busy_server(harness: ClientHarness, serve: Serve) -> None:
    """A look that fails is repeated as any look-up is."""
    answers = [answer({}, "503 Busy"), answer(RUN)]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))

    done = harness.client("k", server.url, retry=AT_ONCE).threads.runs.wait("t", "r")

    assert done.status == "completed"


@pytest.mark.parametrize("delays", [(2.0, 1.0), (0.0, 1.0), (0.0, 0.0), (-1.0, 1.0), (1.0, 1e400)])
def test_wait_with_delays_that_make_no_sense(client: Any, delays: tuple[float, float]) -> None:
    """They are refused. A first pause of 0 could not grow: looking would never pause."""
    first, last = delays
    with pytest.raises(ValueError, match="expected 0 < first_delay <= max_delay"):
        client.threads.runs.wait("t", "r", first_delay=first, max_delay=last)
