"""Rules that take calls by chance, calls that no rule takes, rules that took none."""

from __future__ import annotations

from random import Random

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import (
    Fault,
    Latency,
    Match,
    Pause,
    Playback,
    Rule,
    Scenario,
    ScenarioError,
    ToolCall,
)

from tests.mock.scenarios.calls import asked_for, submit
from tests.mock.wire import Api, final_text

BUSY = Fault(status=429)
CALLS = 2000
# Four standard deviations of a share of one half, the widest, of so many calls: 4 × √(¼ ÷ 2000).
# The draws are from fixed seeds, so that what holds once holds always.
WITHIN = 0.045


def shares(*probabilities: float, seed: int) -> list[float]:
    """The share of calls that each rule takes, and last of those that none takes."""
    rules = [Rule(match=Match(operation="any", probability=p), fault=BUSY) for p in probabilities]
    playback = Playback(Scenario(rules, seed=seed))
    for _ in range(CALLS):
        playback.match("queryRun")
    taken = [count / CALLS for count in playback.played]
    return [*taken, 1 - sum(taken)]


def test_probabilities_are_shares_of_all_calls() -> None:
    """Not of those that earlier rules have left; and the same each time with a seed."""
    found = shares(0.5, 0.2, 0.1, seed=1)

    assert found == pytest.approx([0.5, 0.2, 0.1, 0.2], abs=WITHIN)
    assert found == shares(0.5, 0.2, 0.1, seed=1) != shares(0.5, 0.2, 0.1, seed=2)


def test_shares_that_are_used_up_go_to_no_other_rule() -> None:
    """`times` counts the calls that chance has given to the rule."""
    once = Rule(match=Match(probability=0.5, times=1), fault=BUSY)
    playback = Playback(Scenario([once, Rule(match=Match(probability=0.5), reply="一")], seed=1))
    for _ in range(CALLS):
        playback.match("createRun", "助手", "你好")

    assert playback.played[0] == 1
    assert playback.played[1] / CALLS == pytest.approx(0.5, abs=WITHIN)


def test_a_reset_by_chance(mock: appbuilder_mock.Running, api: Api) -> None:
    """Decided once a call, whether the body has been read or not."""
    reset = Match(operation="createThread", probability=1)
    mock.script(Rule(match=reset, fault=Fault(reset="before_reading")))

    with pytest.raises(Exception, match=r"reset|disconnected"):
        api.post("threads", {})
    mock.script(Rule(match=Match(operation="any", probability=1), fault=Fault(status=503)))
    assert api.post("threads", {}).status_code == 503


def test_latencies_have_the_shape_they_are_given() -> None:
    random = Random(1)
    uniform = sorted(Latency(min=1, max=3).draw(random) for _ in range(CALLS))
    skewed = sorted(Latency(median=1, p95=4).draw(random) for _ in range(CALLS))

    assert 1 <= uniform[0] < 1.1 < 2.9 < uniform[-1] <= 3
    assert sum(one < 1 for one in skewed) / CALLS == pytest.approx(0.5, abs=WITHIN)
    assert sum(one < 4 for one in skewed) / CALLS == pytest.approx(0.95, abs=WITHIN)
    pause = Fault(pause=Pause(Latency(1, 3))).drawn(random).pause
    assert pause is not None
    assert isinstance(pause.seconds, float)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "expected min and max, or median and p95; got none of them"),
        ({"min": 1}, "expected min and max, or median and p95; got min"),
        ({"min": 1, "p95": 2}, "expected min and max, or median and p95; got min, p95"),
        ({"min": 2, "max": 1}, "max: expected max to be min or more"),
        ({"median": 0, "p95": 1}, "median: expected a median above 0"),
        ({"median": -1, "p95": 1}, "median: expected seconds, from 0 to 86400"),
    ],
)
def test_wrong_latencies(given: dict[str, float], reason: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Latency(**given)
    assert str(caught.value).startswith(reason)


# ── A call that no rule takes ──────────────────────────────────────────────────────────────────

RULES = [
    Rule(match=Match(text="北京天气", times=1), reply="晴"),
    Rule(match=Match(assistant="诗人", regex="诗"), reply="床前明月光"),
    Rule(match=Match(operation="createThread"), fault=BUSY),
]


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("北京天气？", 'the nearest is rules[0]: its text is "北京天气"'),
        ("写诗", 'the nearest is rules[1]: its assistant is "诗人"'),
        ("北京天气", "the nearest is rules[0]: it has taken its 1 call"),
    ],
)
def test_a_run_is_refused(mock: appbuilder_mock.Running, api: Api, text: str, nearest: str) -> None:
    """501 says what was called, and what would have been taken; other operations go on."""
    mock.script(Scenario(RULES, otherwise="refuse_runs"))
    ask = {"thread": {"messages": [{"role": "user", "content": text}]}}
    if text == "北京天气":
        assert final_text(api.run(**ask)) == "晴"

    error = api.error("threads/runs", 501, assistant_id=api.assistant(name="助手"), **ask)
    assert error["code"] == "no_rule"
    assert (
        error["message"] == f'no rule takes createRun (assistant "助手", text "{text}"); {nearest}'
    )
    assert mock.state()["threads"] == [] or text == "北京天气"


def test_every_call_is_refused(mock: appbuilder_mock.Running, api: Api) -> None:
    """An empty rule allows an operation; a run that waits is always continued."""
    allowed = Rule(match=Match(operation="createAssistant"))
    asking = Rule(tool_rounds=[[ToolCall("查")], [ToolCall("查")]], reply="好")
    mock.script(Scenario([allowed, asking], otherwise="refuse"))
    run = api.run()
    [call] = asked_for(run)
    given = {"tool_call_id": call["id"], "output": "好", "run_id": run["id"]}

    run = submit(api, run, "好")
    [call] = asked_for(run)
    given = {"tool_call_id": call["id"], "output": "好", "run_id": run["id"]}
    assert final_text(api.run(thread_id=run["thread_id"], tool_output=given)) == "好"
    error = api.error("threads/query", 501, thread_id=run["thread_id"])
    assert error["message"] == (
        "no rule takes queryThread; the nearest is rules[0]: it is about createAssistant"
    )
    assert api.error("threads/query", 400)["code"] == "invalid_parameter"
    mock.script(Scenario([], otherwise="refuse"))
    assert "there are no rules" in api.error("threads", 501)["message"]


# ── Rules that took none ───────────────────────────────────────────────────────────────────────


def test_every_rule_is_played(mock: appbuilder_mock.Running, api: Api) -> None:
    """The rules that were not are listed, in Python and by the control; a reset forgets."""
    mock.script(Rule(match=Match(text="你好", nth=1), reply="一"), RULES[2], RULES[1])
    unplayed = ["rules[1] (createThread)", 'rules[2] (createRun, assistant "诗人", regex "诗")']
    api.run()

    with pytest.raises(AssertionError) as caught:
        mock.assert_all_played()
    head, *shown = str(caught.value).splitlines()
    assert head == "expected every rule to be played, these were not:"
    assert shown[:3] == [*unplayed, "Received:"]
    assert api.http.get("/_mock/scenario/unplayed").json() == {"unplayed": unplayed}
    api.error("threads", 429)
    api.run(
        assistant_id=api.assistant(name="诗人"),
        thread={"messages": [{"role": "user", "content": "诗"}]},
    )
    mock.assert_all_played()
    mock.reset()
    with pytest.raises(AssertionError, match="rules\\[0\\]"):
        mock.assert_all_played()
    mock.script()
    mock.assert_all_played()
