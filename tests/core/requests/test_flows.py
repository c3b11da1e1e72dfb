"""Requests, their retries, and their results."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import RetryPolicy
from appbuilder_assistants._core.calls import Flow, NoReply, Outcome, Send, Sleep, Step
from appbuilder_assistants._core.flows import CallProgress, open_stream, run_call
from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiTimeoutError,
    AssistantsError,
    NotFoundError,
    RateLimitError,
    ResponseError,
    ServerError,
)

from tests.core.calls import create, look_up, reply, streamed

POLICY = RetryPolicy(jitter=lambda: 0.0)
RUN = reply(body={"id": "run_你好", "object": "thread.run"})
BROKEN = NoReply("the answer broke off", reached_server=True)
UNREACHED = NoReply("no connection", reached_server=False)


def finish(flow: Flow[Any], outcome: Outcome) -> Any:
    """Send the last outcome, and return the result of the flow."""
    with pytest.raises(StopIteration) as stop:
        flow.send(outcome)
    return stop.value.value


def pause(step: Step) -> float:
    """The seconds of the pause that a flow asks for."""
    assert isinstance(step, Sleep)
    return step.seconds


def test_one_answer_is_enough() -> None:
    """A good answer ends the flow with its value."""
    call = look_up()
    flow = run_call(call, retry=POLICY)

    assert next(flow) == Send(call.request, read_seconds=30.0, operation=call.operation)
    assert finish(flow, RUN) == "run_你好"


def test_a_first_attempt_that_has_been_made() -> None:
    """It is not made again: the flow begins with its outcome, which counts as an attempt."""
    with pytest.raises(StopIteration) as stop:
        next(run_call(look_up(), retry=POLICY, first=RUN))
    assert stop.value.value == "run_你好"

    flow = run_call(look_up(), retry=POLICY, first=reply(503))
    assert pause(next(flow)) == 0.5
    again = flow.send(None)
    assert isinstance(again, Send)
    assert again.attempt == 2
    with pytest.raises(NotFoundError) as caught:
        flow.send(reply(404))
    assert [attempt.status_code for attempt in caught.value.attempts] == [503, 404]


@pytest.mark.parametrize(
    "outcome",
    [reply(503), reply(500), reply(507), reply(429), BROKEN, UNREACHED],
    ids=lambda o: str(getattr(o, "status", o)),
)
def test_a_look_up_is_asked_again(outcome: Outcome) -> None:
    """An idempotent call survives what may pass: 5xx, 429, a lost answer."""
    flow = run_call(look_up(), retry=POLICY)
    next(flow)

    assert pause(flow.send(outcome)) == 0.5
    assert isinstance(flow.send(None), Send)
    assert pause(flow.send(outcome)) == 1.0
    assert isinstance(flow.send(None), Send)
    assert finish(flow, RUN) == "run_你好"


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (reply(404), NotFoundError),
        (reply(501, b"{}"), ServerError),
        (reply(200, b"<html>"), ResponseError),
    ],
)
def test_a_lasting_failure_is_raised(outcome: Outcome, error: type[AssistantsError]) -> None:
    """A refusal or a wrong answer is not asked for twice; 5xx after all attempts."""
    flow = run_call(look_up(), retry=RetryPolicy(attempts=1))
    next(flow)

    with pytest.raises(error):
        flow.send(outcome)


@pytest.mark.parametrize("outcome", [UNREACHED, reply(429)])
def test_a_run_is_sent_again_if_it_surely_did_not_happen(outcome: Outcome) -> None:
    """A call that must not be done twice is tried again when it was not done once."""
    flow = run_call(create(), retry=POLICY)
    next(flow)

    assert pause(flow.send(outcome)) == 0.5
    assert isinstance(flow.send(None), Send)
    assert finish(flow, RUN) == "run_你好"


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (BROKEN, ApiConnectionError),
        (NoReply("silent", reached_server=True, timed_out=True), ApiTimeoutError),
        (reply(500), ServerError),
        (reply(503, retry_after="0"), ServerError),
    ],
)
def test_a_run_that_may_have_happened_is_never_sent_again(
    outcome: Outcome, error: type[AssistantsError]
) -> None:
    """After the request has left, only the caller can decide to run twice."""
    flow = run_call(create(), retry=POLICY)
    next(flow)

    with pytest.raises(error):
        flow.send(outcome)


LATE = NoReply("no time", reached_server=True, timed_out=True, overdue=True)


@pytest.mark.parametrize(
    ("outcomes", "reached", "may_be_done"),
    [
        ([UNREACHED, None, UNREACHED, LATE], False, False),
        ([UNREACHED, None, reply(429), LATE], True, False),
        ([reply(429), None, UNREACHED, None, UNREACHED], True, False),
        ([UNREACHED, None, BROKEN], True, True),
    ],
)
def test_the_outcome_of_all_attempts(
    outcomes: list[Outcome], reached: bool, may_be_done: bool
) -> None:
    """The error says whether any attempt arrived, and whether any may have been carried out."""
    progress = CallProgress()
    flow = run_call(create(), retry=POLICY, progress=progress)
    next(flow)
    assert progress.may_be_done

    for outcome in outcomes[:-1]:
        flow.send(outcome)
    with pytest.raises(ApiConnectionError) as caught:
        flow.send(outcomes[-1])

    assert caught.value.reached_server is reached
    assert progress.may_be_done is may_be_done
    assert caught.value.attempts == tuple(progress.tried)


@pytest.mark.parametrize(
    ("outcomes", "may_be_done"),
    [([], True), ([reply(429)], False), ([reply(429), None], True), ([UNREACHED], False)],
)
def test_a_call_that_is_cut_off(outcomes: list[Outcome], may_be_done: bool) -> None:
    """While a request is under way it may be carried out, in a pause behind a refusal not."""
    progress = CallProgress()
    flow = run_call(create(), retry=POLICY, progress=progress)
    next(flow)
    for outcome in outcomes:
        flow.send(outcome)

    with pytest.raises(KeyboardInterrupt):
        flow.throw(KeyboardInterrupt())

    assert progress.may_be_done is may_be_done


def test_attempts_are_bounded() -> None:
    """The last attempt's error is the one that is raised, with its cause."""
    cause = OSError("reset")
    flow = run_call(look_up(), retry=RetryPolicy(attempts=2, jitter=lambda: 0.0))
    next(flow)

    assert pause(flow.send(reply(500))) == 0.5
    assert isinstance(flow.send(None), Send)
    with pytest.raises(ApiConnectionError, match="broke off") as caught:
        flow.send(NoReply("the answer broke off", reached_server=True, cause=cause))
    assert caught.value.__cause__ is cause
    assert caught.value.reached_server is True


def test_a_rate_limit_under_200_is_one_too() -> None:
    """An error object that names a rate limit is waited for whatever the status."""
    body = {"error": {"code": "rate_limit_exceeded", "message": "QPS"}}
    flow = run_call(create(), retry=POLICY)
    next(flow)

    assert pause(flow.send(reply(200, body, retry_after="2"))) == 2.0


def test_a_long_retry_after_is_given_to_the_caller() -> None:
    """Beyond the policy's limit the error is raised at once and says how long to wait."""
    flow = run_call(look_up(), retry=POLICY)
    next(flow)

    with pytest.raises(RateLimitError) as caught:
        flow.send(reply(429, retry_after="60"))
    assert caught.value.retry_after == 60.0


def test_a_stream_is_opened_and_not_read() -> None:
    """An event stream is given as the open answer it is."""
    flow = open_stream(streamed(), retry=POLICY)
    step = next(flow)
    answer = reply(content_type="text/event-stream")
    live = type(answer)(200, answer.headers, b"", live=object())

    assert isinstance(step, Send)
    assert step.leave_open(200, answer.headers)
    assert not step.leave_open(200, {"content-type": "application/json"})
    assert not step.leave_open(500, answer.headers)
    assert finish(flow, live) is live


@pytest.mark.parametrize(
    ("outcome", "error", "message"),
    [
        (reply(200, {"error": {"code": 404, "message": "没有"}}), NotFoundError, "200 404: 没有"),
        (reply(200, b"<p>hi", content_type="text/html"), ResponseError, "expected text/event-s"),
        (reply(200, {"id": "r", "object": "run"}), ResponseError, "expected text/event-stream"),
        (reply(500, b""), ServerError, "an empty body"),
        (BROKEN, ApiConnectionError, "broke off"),
    ],
)
def test_a_response_that_is_no_stream_is_an_error(
    outcome: Outcome, error: type[AssistantsError], message: str
) -> None:
    """Anything but an event stream is raised as it is, and nothing is retried."""
    flow = open_stream(streamed(), retry=POLICY)
    next(flow)

    with pytest.raises(error, match=message):
        flow.send(outcome)
