"""Scenarios: the rule of a call, the pieces of a reply, and scenarios built in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from appbuilder_mock.scenarios import (
    Cut,
    ErrorBody,
    Failed,
    Fault,
    Malformed,
    Match,
    Pause,
    Playback,
    Reply,
    Rule,
    Scenario,
    ScenarioError,
    ToolCall,
)

BUSY = Fault(status=503)
RESET = Fault(reset="before_reading")


def played(*rules: Rule) -> Playback:
    return Playback(Scenario(rules))


def replies(playback: Playback, *texts: str) -> list[str | None]:
    """The text of the reply that each run matches; None for the default answer."""
    matched = [playback.match("createRun", "助手", text) for text in texts]
    return [rule.reply.text if rule and rule.reply else None for rule in matched]


# ── Which rule ─────────────────────────────────────────────────────────────────────────────────


def test_the_first_rule_that_matches_decides() -> None:
    """In their order, by the whole text or a part of it; else the default."""
    playback = played(
        Rule(match=Match(text="天气"), reply="whole"),
        Rule(match=Match(regex="天气|weather"), reply="part"),
        Rule(match=Match(regex="^天"), reply="never before part"),
    )

    assert replies(playback, "天气", "今天天气", "the weather", "天", "你好") == [
        *("whole", "part", "part", "never before part", None)
    ]


def test_assistant_is_matched_by_its_whole_name() -> None:
    playback = played(Rule(match=Match(assistant="天气助手"), reply="晴"))

    assert playback.match("createRun", "天气助手", "你好") is not None
    assert playback.match("createRun", "天气助手2", "你好") is None


def test_all_that_is_given_must_hold() -> None:
    playback = played(Rule(match=Match(assistant="甲", text="你好"), reply="a"))

    assert playback.match("createRun", "甲", "再见") is None
    assert playback.match("createRun", "乙", "你好") is None
    assert playback.match("createRun", "甲", "你好") is not None


@pytest.mark.parametrize("match", [Match(assistant=""), Match(text=""), Match(regex="")])
def test_an_unknown_subject_matches_no_rule(match: Match) -> None:
    """An unknown subject matches no text and no name, even an empty one."""
    playback = played(Rule(match=match, reply="a"))

    assert playback.match("createRun", None, None) is None
    assert playback.match("createRun", "", "") is not None


def test_nth_call() -> None:
    """Only the one; calls of another kind are not counted."""
    playback = played(Rule(match=Match(text="好", nth=2), reply="second"))

    assert replies(playback, "好", "不", "好", "好") == [None, None, "second", None]


def test_first_so_many_calls() -> None:
    """Then the next rule takes over, and counts only what comes to it."""
    playback = played(
        Rule(match=Match(times=2), reply="a"),
        Rule(match=Match(nth=2), reply="b"),
        Rule(reply="c"),
    )

    assert replies(playback, *"12345") == ["a", "a", "c", "b", "c"]


def test_another_playback_begins_anew() -> None:
    """The scenario itself holds no count."""
    scenario = Scenario([Rule(match=Match(times=1), reply="once")])

    assert replies(Playback(scenario), "1", "2") == ["once", None]
    assert replies(Playback(scenario), "1", "2") == ["once", None]


def test_operation() -> None:
    """Runs unless another is named, or any."""
    run, query = Rule(reply="a"), Rule(match=Match(operation="queryRun"), fault=BUSY)
    anything = Rule(match=Match(operation="any", times=1), fault=BUSY)

    playback = played(run, query, anything)

    assert playback.match("createRun") is run
    assert playback.match("queryRun") is query
    assert playback.match("listRuns") is anything
    assert playback.match("createThread") is None


def test_a_resumed_run_matches_faults_only() -> None:
    """Its path was settled when it began; rules that script a path neither match nor count it."""
    fault = Rule(match=Match(nth=2), fault=BUSY)
    playback = played(Rule(match=Match(nth=2), reply="a"), fault)

    assert playback.match("createRun", resumes=True) is None
    assert playback.match("createRun", resumes=True) is fault
    assert replies(playback, "1", "2") == [None, "a"]


def test_reset_before_the_body_is_read() -> None:
    """Known from the operation alone, the first time; the call is counted once."""
    reset = Rule(match=Match(operation="createMessage", times=1), fault=RESET)
    playback = played(
        Rule(match=Match(operation="createMessage", nth=3), fault=BUSY), Rule(reply="a"), reset
    )

    assert playback.match_unread("createMessage") is reset
    assert playback.match_unread("createMessage") is None
    assert playback.match("createMessage") is None
    assert playback.match_unread("createMessage") is None
    third = playback.match("createMessage")
    assert third is not None
    assert third.fault == BUSY


@pytest.mark.parametrize(
    "earlier",
    [
        Rule(match=Match(text="你好"), fault=BUSY),
        Rule(match=Match(assistant="甲"), fault=BUSY),
        Rule(match=Match(text="你好", nth=2), fault=BUSY),
        Rule(match=Match(regex="你", nth=2), fault=BUSY),
        Rule(match=Match(assistant="甲", nth=2), fault=BUSY),
        Rule(match=Match(nth=2), reply="a run that begins, or not"),
        Rule(match=Match(times=1), fault=BUSY),
        Rule(match=Match(times=1), fault=Fault(reset="before_answering")),
        Rule(match=Match(times=1)),
    ],
)
def test_body_is_read_when_an_earlier_rule_may_need_it(earlier: Rule) -> None:
    """Nothing is counted then, and the reset is still met if nothing else is."""
    reset = Rule(fault=RESET)
    playback = played(earlier, reset)

    assert playback.match_unread("createRun") is None
    first = playback.match("createRun", "甲", "你好")
    assert first is (reset if earlier.match.nth else earlier)
    if earlier.match.times:
        assert playback.match_unread("createRun") is reset


# ── Pieces of a reply ──────────────────────────────────────────────────────────────────────────


def pieces_of(reply: Reply) -> tuple[str, ...]:
    return reply.pieces(
        text="{outputs}",
        instructions="用中文",
        outputs=["晴", "雨"],
        split=lambda text: (text, "split"),
    )


@pytest.mark.parametrize(
    ("reply", "pieces"),
    [
        (Reply("好"), ("好", "split")),
        (Reply("{instructions}:{text}"), ("用中文:{outputs}", "split")),
        (Reply('{{"a": "{outputs}"}}'), ('{"a": "晴\n雨"}', "split")),
        (Reply("{{text}}{{{text}}}"), ("{text}{{outputs}}", "split")),
        (Reply("一二三四五", chunk_size=2), ("一二", "三四", "五")),
        (Reply("{instructions}", chunk_size=2), ("用中", "文")),
        (Reply("", chunk_size=2), ("",)),
        (Reply(chunks=["一{{", "", "{outputs}"]), ("一{", "", "晴\n雨")),
    ],
)
def test_pieces(reply: Reply, pieces: tuple[str, ...]) -> None:
    """Placeholders are filled once; braces in what fills them are left alone."""
    assert pieces_of(reply) == pieces


# ── Python ─────────────────────────────────────────────────────────────────────────────────────


def test_values_are_settled() -> None:
    """A rule holds values in one form, whichever was given, and cannot be changed."""
    rule = Rule(
        tool_rounds=[[ToolCall("f", {"城": "北京"}), ToolCall("g")]],
        reply="好",
        fault=Fault(cut=Cut(after_event=2)),
    )

    assert rule.tool_rounds == ((ToolCall("f", '{"城":"北京"}'), ToolCall("g", "{}")),)
    assert rule.reply == Reply("好")
    assert hash(rule) == hash(rule)
    with pytest.raises(AttributeError):
        rule.reply = None  # type: ignore[misc]


def test_properties_of_a_rule() -> None:
    """Whether it scripts a run's path, needs the body, prevents the call, counts events."""
    rule = Rule(tool_rounds=[[ToolCall("f")]], failed=Failed("t", "m"))

    assert rule.run_path == ("tool_rounds", "failed")
    assert Rule(expired=True).run_path == ("expired",)
    assert Rule(fault=BUSY).run_path == ()
    assert [fault.prevents for fault in (BUSY, RESET, Fault(reset="before_answering"))] == [
        *(True, True, False)
    ]
    assert Fault(malformed=Malformed(1)).counts_events == "malformed"
    assert Fault(cut=Cut(after_byte=1), pause=Pause(1)).counts_events is None


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Match(nth=0), "nth: expected a whole number, 1 or more, got the number 0"),
        (lambda: Match(text=5), "text: expected text, got the number 5"),  # type: ignore[arg-type]
        (lambda: Match(operation="listRun"), 'operation: unknown value "listRun"; did you mean "l'),
        (lambda: Rule(reply="{oops}"), 'reply: "{oops}" is no placeholder'),
        (lambda: Rule(match="你好"), "match: expected a Match, got the text"),  # type: ignore[arg-type]
        (lambda: Rule(reply="a", fault=BUSY), "reply: with fault.status no run is carried out"),
        (lambda: Rule(tool_rounds=[ToolCall("f")]), "tool_rounds[0]: expected a list, got a Tool"),  # type: ignore[list-item]
        (lambda: Rule(tool_rounds=[["f"]]), "tool_rounds[0][0]: expected a ToolCall, got the te"),  # type: ignore[list-item]
        (lambda: Rule(expired=False), "expired: expected true, got false"),  # type: ignore[arg-type]
        (lambda: Reply(chunks="你好"), "chunks: expected a list, got the text"),
        (lambda: Reply("a", first_delay=float("nan")), "first_delay: expected seconds, from 0"),
        (lambda: Reply("a", chunk_delay=float("inf")), "chunk_delay: expected seconds, from 0"),
        (lambda: ToolCall("f", {"a": float("nan")}), "arguments: cannot be written as JSON: Out"),
        (lambda: ToolCall("f", {"a": {1}}), "arguments: cannot be written as JSON: Object of"),
        (lambda: ToolCall("f", {"a": "\ud83d"}), "arguments: character 7 is half a surrogate"),
        (lambda: ErrorBody(1.5, "m"), "code: expected text or a whole number, got the n"),  # type: ignore[arg-type]
        (lambda: Fault(pause=1), "pause: expected a Pause, got the number 1"),  # type: ignore[arg-type]
        (lambda: Scenario(Rule()), "rules: expected a list, got a Rule"),  # type: ignore[arg-type]
        (lambda: Scenario([{}]), "rules[0]: expected a Rule, got an object"),  # type: ignore[list-item]
    ],
)
def test_wrong_in_python(build: Callable[[], Any], reason: str) -> None:
    """The same checks and words as for a file; a place there is none."""
    with pytest.raises(ScenarioError) as caught:
        build()

    assert str(caught.value).startswith(reason)
    assert (caught.value.source, caught.value.line) == (None, None)
