"""The rate limit: turns in order, no window with too many, and slower after a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from appbuilder_assistants import DeadlineExceededError, RateLimitError, RetryPolicy
from appbuilder_assistants._core.calls import Flow, NoReply, RateChanged, Send, Sleep, Step
from appbuilder_assistants._core.flows import make_call, run_call
from appbuilder_assistants._core.rate_limit import (
    FORGET_SECONDS,
    START,
    RateLimiter,
    Turn,
    paced,
)

from tests.core.calls import look_up, reply
from tests.core.requests.simulated_quota import RUN, Clocked, Simulation, most_in_a_window

BUSY = reply(429, {"error": {"code": "RATE_LIMIT_TOTAL_QPS", "message": "QPS超限"}})
BUSY_200 = reply(200, {"error": {"code": 18, "message": "Open api qps request limit reached"}})
USED_UP = reply(429, {"error": {"code": "17", "message": "Open api daily request limit reached"}})


NO_WAIT = RetryPolicy(attempts=50, first_delay=0, max_delay=0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rate", [1, 3, 20, 0.5, 2.7])
def test_no_second_has_too_many(rate: float, seed: int) -> None:
    """As the service counts them, wherever that is on ways of very different lengths."""
    random = Random(seed)
    sent = Simulation(Clocked(rate), lambda: random.choice([0.0, 0.01, 0.3]) * random.random())

    sent.run(60, RetryPolicy())

    seconds = 1.0 if rate >= 1 else 1 / rate
    assert most_in_a_window(sent.counted, seconds) <= max(1, int(rate))
    assert sent.results == ["r"] * 60
    # A window is as long as the longest way there and back, 0.6 s, more than a second.
    assert sent.limiter.now <= 60 / max(1, int(rate)) * seconds * 1.7 + 1


def test_nothing_waits_below_the_rate() -> None:
    sent = Simulation(Clocked(20), lambda: 0.1)

    sent.run(20, RetryPolicy())

    assert sent.limiter.now == 0.2


def test_turns_come_in_the_order_of_asking() -> None:
    sent = Simulation(Clocked(3), lambda: 0.01)

    sent.run(30, RetryPolicy())

    assert sent.begun == list(range(30))


def sent_at_once(limiter: RateLimiter, number: int) -> list[Turn]:
    """So many turns that need not wait."""
    turns = [limiter.join() for _ in range(number)]
    assert [limiter.ask(turn, 0.0) for turn in turns] == [0.0] * number
    return turns


def test_a_newcomer_passes_no_other() -> None:
    """Not even one who sleeps longer than was needed."""
    limiter = RateLimiter(1)
    [first] = sent_at_once(limiter, 1)
    limiter.end(first, 0.1)
    second = limiter.join()
    assert limiter.ask(second, 0.2) > 0

    third = limiter.join()

    assert limiter.ask(third, 1.5) > 0
    assert limiter.ask(second, 1.5) == 0


def test_requests_that_were_sent_together_halve_the_rate_once() -> None:
    limiter = RateLimiter(8)

    for turn in sent_at_once(limiter, 8):
        limiter.refuse(turn, 0.1)
        limiter.end(turn, 0.1)

    assert limiter.rate == 4


def test_a_rate_that_is_not_needed_does_not_grow() -> None:
    """It would say nothing of what the service allows."""
    limiter = RateLimiter(8)
    [turn, *_] = sent_at_once(limiter, 8)
    limiter.refuse(turn, 0.1)

    for second in range(5, 20):
        assert limiter.ask(limiter.join(), second) == 0

    assert limiter.rate == 4


def test_the_first_refusal_of_a_client_without_a_limit_ends_a_window() -> None:
    """The service's is full: all that is sent before its end would be refused as well."""
    limiter = RateLimiter(None)
    limiter.refuse(None, 5.0)
    turn = limiter.join()

    assert limiter.ask(turn, 5.1) == pytest.approx(0.9, abs=0.01)
    assert limiter.ask(turn, 6.1) == 0


def test_a_request_without_an_answer_holds_its_place_for_two_windows() -> None:
    """The service must have counted it by then; a run may take minutes."""
    slow = Simulation(Clocked(1), lambda: 50.0)

    slow.run(3, RetryPolicy())

    begun = [when - 50.0 for when in slow.counted]
    assert begun == pytest.approx([0.0, 2.0, 4.0], abs=0.05)


def test_every_tenth_refused() -> None:
    """All slow down together, to a quarter at most; none fails, no second has too many."""
    sent = Simulation(Clocked(20), lambda: 0.02, lambda n: BUSY if n % 10 == 0 else RUN)

    sent.run(200, NO_WAIT)

    assert sent.results == ["r"] * 200
    assert most_in_a_window(sent.counted, 1.0) <= 20
    rates = [change.rate or 0 for change in sent.changes if change.refused]
    assert rates[0] == 10
    assert min(rates) == 5
    assert sent.limiter.now < 200 / 5 * 1.2


def test_it_recovers() -> None:
    """After a refusal the rate is halved; without another it grows back."""
    sent = Simulation(Clocked(20), lambda: 0.02, lambda n: BUSY if n == 15 else RUN)

    sent.run(200, NO_WAIT)

    assert sent.limiter.rate == 20
    assert sent.changes == [RateChanged(10.0, True), RateChanged(20.0, False)]


@pytest.mark.parametrize("quota", [3, 5, 20, 50])
def test_a_client_without_a_limit_finds_a_rate(quota: int) -> None:
    """300 calls, sixteen at a time, against a quota that it does not know: none fails."""
    limiter = Clocked(None)
    counted: list[float] = []

    def answers(_: int) -> Any:
        now = limiter.now + 0.02
        if sum(now - 1 < when for when in counted) >= quota:
            return BUSY_200
        counted.append(now)
        return RUN

    sent = Simulation(limiter, lambda: 0.02, answers)
    sent.run(300, RetryPolicy(jitter=Random(1).random), at_once=16)

    assert sent.results == ["r"] * 300
    assert sent.changes[0] == RateChanged(START, True)
    # The rate is between the quota and half of it, and the first seconds are slower.
    assert limiter.now <= 300 / quota * 2 + 15


def test_without_refusals_there_is_no_limit() -> None:
    """Nothing waits, and nothing is counted."""
    flow = paced(make_call(look_up(), RetryPolicy()), Clocked(None))

    assert [type(step).__name__ for step in steps(flow, RUN)] == ["Begin", "Send", "End"]


def steps(flow: Flow[Any], *outcomes: Any) -> Iterator[Step]:
    """The steps of a flow, with these outcomes of its requests."""
    given = iter(outcomes)
    outcome = None
    try:
        while True:
            step = flow.send(outcome)
            yield step
            outcome = next(given) if isinstance(step, Send) else None
    except StopIteration:
        return


@pytest.mark.parametrize("busy", [BUSY, BUSY_200])
@pytest.mark.parametrize("attempts", [1, 2])
def test_a_refusal_is_emitted(busy: Any, attempts: int) -> None:
    """Also when nothing is tried again."""
    limiter = Clocked(None)
    flow = paced(make_call(look_up(), RetryPolicy(attempts=attempts)), limiter)

    emitted: list[Step] = []

    def carry_out() -> None:
        for step in steps(flow, busy, busy):
            emitted.append(step)
            limiter.now += step.seconds if isinstance(step, Sleep) else 0.0

    with pytest.raises(RateLimitError):
        carry_out()

    changes = [step for step in emitted if isinstance(step, RateChanged)]
    assert [change.refused for change in changes] == [True] * attempts
    # The second request was the only one of its second.
    rates = [change.rate for change in changes]
    assert rates == [START, pytest.approx(0.5, abs=0.01)][:attempts]


def test_a_quota_that_is_used_up_is_no_rate() -> None:
    limiter = Clocked(None)

    with pytest.raises(RateLimitError):
        list(steps(paced(make_call(look_up(), RetryPolicy()), limiter), USED_UP))

    assert limiter.rate is None


def test_the_limit_of_a_client_without_one_is_forgotten() -> None:
    limiter = Clocked(None)
    limiter.refuse(None)
    refused = limiter.rate
    limiter.now = FORGET_SECONDS + 1

    assert limiter.ask(limiter.join()) == 0

    assert (refused, limiter.rate) == (START, None)
    assert limiter.take_changes() == [START, None]


def test_a_deadline_that_is_nearer_than_the_turn() -> None:
    """It is overdue at once, and has sent nothing; those behind it move up."""
    limiter = Clocked(1)
    first, second, third = (paced(run_call(look_up(), retry=RetryPolicy()), limiter) for _ in "123")
    assert isinstance(first.send(None), Send)
    pause = second.send(None)
    assert isinstance(pause, Sleep)
    assert pause.seconds == 1.0
    assert pause.at_least == pytest.approx(1.0, abs=0.01)
    assert isinstance(third.send(None), Sleep)

    with pytest.raises(
        DeadlineExceededError, match="the deadline does not leave time to wait for a turn"
    ) as late:
        second.send(NoReply("", reached_server=True, timed_out=True, overdue=True))

    assert not late.value.reached_server
    limiter.now = 0.1
    with pytest.raises(StopIteration):
        first.send(RUN)
    limiter.now = 1.2
    assert isinstance(third.send(None), Send)


def test_a_cancelled_turn_leaves_the_queue() -> None:
    limiter = Clocked(1)
    first, second, third = (paced(run_call(look_up(), retry=RetryPolicy()), limiter) for _ in "123")
    first.send(None)
    second.send(None)
    third.send(None)

    with pytest.raises(KeyboardInterrupt):
        first.throw(KeyboardInterrupt())
    second.close()

    limiter.now = 1.01
    assert isinstance(third.send(None), Send)
