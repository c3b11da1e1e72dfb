"""Scenarios: rules, the calls that they match, and what happens then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from appbuilder_mock.contract import the_contract
from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle
from appbuilder_mock.scenarios.event_edits import EventEdit
from appbuilder_mock.scenarios.faults import Fault, Quota
from appbuilder_mock.scenarios.latency import Delay, delay
from appbuilder_mock.scenarios.outcomes import PLACEHOLDERS, Failed, Reply, ToolCall, ToolRound

RUN = "createRun"
ENDS = ("reply", "failed", "expired", "cancelled")
OTHERWISE = ("refuse", "refuse_runs")
ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Match:
    """The calls that a rule matches; what is omitted matches anything.

    `text` is the user's complete text, `regex` is searched in it. `nth` takes only that one of
    the calls that come to the rule and match otherwise (from 1), `times` only the first so many.
    `probability` takes that share of them by chance, before they are counted: the rules that a
    call comes to share one draw, so that 0.1 and 0.02 are shares of all calls.
    """

    operation: str = RUN
    assistant: str | None = None
    text: str | None = None
    regex: str | None = None
    nth: int | None = None
    times: int | None = None
    probability: float | None = None

    def __post_init__(self) -> None:
        checks.one_of(self.operation, (*the_contract().operations, ANY), "operation")
        for name in ("assistant", "text", "regex"):
            if (value := getattr(self, name)) is not None:
                checks.text(value, name)
        for name in ("nth", "times"):
            if (value := getattr(self, name)) is not None:
                settle(self, **{name: checks.integer(value, name, least=1)})
        if self.text is not None and self.regex is not None:
            raise ScenarioError("text and regex cannot go together; keep one", ("regex",))
        if self.nth is not None and self.times is not None:
            raise ScenarioError("nth and times cannot go together; keep one", ("times",))
        if self.regex is not None:
            _check_regex(self.regex)
        if self.probability is not None:
            settle(self, probability=checks.share(self.probability, "probability"))

    @property
    def needs_body(self) -> bool:
        """Whether it takes more than the operation's name to decide."""
        return not (self.assistant is None and self.text is None and self.regex is None)

    def fits(self, operation: str, assistant_name: str | None, text: str | None) -> bool:
        """Whether the call is of this kind, whatever the count. An unknown subject never fits."""
        return (
            self.operation in (operation, ANY)
            and (self.assistant is None or self.assistant == assistant_name)
            and (self.text is None or self.text == text)
            and (self.regex is None or (text is not None and bool(re.search(self.regex, text))))
        )

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups of its regex: numbers, and the names of those that have one."""
        if self.regex is None:
            return ()
        compiled = re.compile(self.regex)
        return (*map(str, range(1, compiled.groups + 1)), *compiled.groupindex)

    def misfits(self, operation: str, assistant_name: str | None, text: str | None) -> list[str]:
        """The parts of it that such a call does not fit, in words."""
        found = []
        if self.operation not in (operation, ANY):
            found.append(f"it is about {self.operation}")
        if self.assistant not in (None, assistant_name):
            found.append(f"its assistant is {checks.quoted(self.assistant)}")
        if self.text not in (None, text):
            found.append(f"its text is {checks.quoted(self.text)}")
        if self.regex is not None and not (text is not None and re.search(self.regex, text)):
            found.append(f"its regex {checks.quoted(self.regex)} is not found")
        return found

    def __str__(self) -> str:
        given = {
            name: value
            for name in ("assistant", "text", "regex", "nth", "times", "probability")
            if (value := getattr(self, name)) is not None
        }
        shown = (
            f"{name} {checks.quoted(value) if isinstance(value, str) else value}"
            for name, value in given.items()
        )
        return ", ".join([self.operation, *shown])

    def takes(self, count: int) -> bool:
        """Whether it takes the call that is the `count`th of its kind."""
        if self.nth is not None:
            return count == self.nth
        return self.times is None or count <= self.times


def _check_regex(pattern: str) -> None:
    try:
        names = re.compile(pattern).groupindex
    except (re.error, RecursionError, OverflowError) as error:
        raise ScenarioError(f"not a regular expression: {error}", ("regex",)) from None
    for name in PLACEHOLDERS:
        if name in names:
            raise ScenarioError(
                f"a group cannot have the name of a placeholder, {name}; rename it", ("regex",)
            )


@dataclass(frozen=True, init=False)
class Rule:
    """One rule: the calls it matches, and what happens then.

    `tool_rounds` are asked for one after the other, the calls of a round together; a round is a
    list of calls, or a ToolRound. Then the run ends: with the `reply`, as `failed`, as `expired` or
    as `cancelled`; else with the default answer. A `partial_reply` comes before an end that is no
    reply. A rule that names an end and no rounds asks for no tool. A rule with only a fault does
    not change the run.

    `blocking_delay` is how many seconds a run takes to its end from its beginning, or from its last
    tool outputs, where nobody streams it; the pauses between pieces do not count then. `events`
    change what its stream sends.

    A rule with a `quota` takes only the calls that exceed it; they get the fault, or are refused as
    the service does. The others go on to the next rule.
    """

    match: Match
    rounds: tuple[ToolRound, ...]
    reply: Reply | None
    partial_reply: Reply | None
    failed: Failed | None
    expired: bool
    cancelled: bool
    blocking_delay: Delay | None
    events: tuple[EventEdit, ...]
    fault: Fault | None
    quota: Quota | None

    def __init__(
        self,
        *,
        match: Match | None = None,
        tool_rounds: Sequence[Sequence[ToolCall] | ToolRound] | None = None,
        reply: Reply | str | None = None,
        partial_reply: Reply | str | None = None,
        failed: Failed | None = None,
        expired: Literal[True] | None = None,
        cancelled: Literal[True] | None = None,
        blocking_delay: Delay | None = None,
        events: Sequence[EventEdit] | None = None,
        fault: Fault | None = None,
        quota: Quota | None = None,
    ) -> None:
        rounds = () if tool_rounds is None else checks.items(tool_rounds, "tool_rounds", least=1)
        match = Match() if match is None else checks.instance(match, Match, "match")
        edits = () if events is None else checks.items(events, "events", least=1)
        settle(
            self,
            match=match,
            rounds=tuple(_round(calls, index) for index, calls in enumerate(rounds)),
            reply=_reply(reply, "reply", match.groups),
            partial_reply=_reply(partial_reply, "partial_reply", match.groups),
            failed=None if failed is None else checks.instance(failed, Failed, "failed"),
            expired=checks.true(expired, "expired", "does not expire"),
            cancelled=checks.true(cancelled, "cancelled", "is not cancelled"),
            blocking_delay=None
            if blocking_delay is None
            else delay(blocking_delay, "blocking_delay"),
            events=tuple(checks.instance(e, EventEdit, "events", i) for i, e in enumerate(edits)),
            fault=None if fault is None else checks.instance(fault, Fault, "fault"),
            quota=None if quota is None else checks.instance(quota, Quota, "quota"),
        )
        self._check_run_path()
        self._check_fault()

    @property
    def tool_rounds(self) -> tuple[tuple[ToolCall, ...], ...]:
        """The calls of each round."""
        return tuple(tuple(one.calls) for one in self.rounds)

    @property
    def run_path(self) -> tuple[str, ...]:
        """The names of what it scripts of a run's path; none when it is only a fault."""
        scripted = {
            "tool_rounds": bool(self.rounds),
            "reply": self.reply is not None,
            "partial_reply": self.partial_reply is not None,
            "failed": self.failed is not None,
            "expired": self.expired,
            "cancelled": self.cancelled,
            "blocking_delay": self.blocking_delay is not None,
            "events": bool(self.events),
        }
        return tuple(name for name, is_scripted in scripted.items() if is_scripted)

    def _check_run_path(self) -> None:
        ends = [name for name in self.run_path if name in ENDS]
        if len(ends) > 1:
            raise ScenarioError(
                f"a run ends in one way, by {' or '.join(ends)}; keep one", (ends[1],)
            )
        if self.partial_reply is not None and ends in ([], ["reply"]):
            raise ScenarioError(
                "a partial_reply needs an end that breaks it off: failed, expired or cancelled",
                ("partial_reply",),
            )
        if self.run_path and self.match.operation != RUN:
            raise ScenarioError(
                f"{self.run_path[0]} is about a run, but the rule matches {self.match.operation}; "
                "leave the operation out, or say what happens with a fault",
                (self.run_path[0],),
            )

    def _check_fault(self) -> None:
        if self.quota is not None and self.run_path:
            raise ScenarioError(
                f"a quota refuses calls, so {self.run_path[0]} cannot happen; make two rules",
                (self.run_path[0],),
            )
        if self.fault is None:
            return
        if self.fault.prevents and self.run_path:
            which = "status" if self.fault.status is not None else "reset"
            raise ScenarioError(
                f"with fault.{which} no run is carried out, so {self.run_path[0]} cannot happen; "
                "keep one, or make two rules with times",
                (self.run_path[0],),
            )
        if (part := self.fault.counts_events) and self.match.operation != RUN:
            raise ScenarioError(
                f"{self.match.operation} has no events to count; only {RUN} has",
                ("fault", *part.split(".")),
            )


def _round(calls: object, index: int) -> ToolRound:
    if isinstance(calls, ToolRound):
        return calls
    for number, call in enumerate(checks.items(calls, "tool_rounds", index, least=1)):
        checks.instance(call, ToolCall, "tool_rounds", index, number)
    assert isinstance(calls, Sequence)
    return ToolRound(calls)


def _reply(reply: Reply | str | None, name: str, groups: tuple[str, ...]) -> Reply | None:
    if reply is None:
        return None
    try:
        made = reply if isinstance(reply, Reply) else Reply(checks.text(reply))
        made.check_placeholders(groups)
    except ScenarioError as error:
        inner = error.path if isinstance(reply, Reply) else ()
        raise ScenarioError(error.reason, (name, *inner)) from None
    return made


@dataclass(frozen=True)
class Scenario:
    """Rules, tried in order; a call that none matches gets the default answer.

    With `otherwise="refuse"` it is refused instead, by a 501 that names the nearest rule; with
    `"refuse_runs"` only a run is. A call that continues a run is never refused so. `seed` (a number
    or text) makes what is left to chance the same each time.
    """

    rules: Sequence[Rule] = ()
    otherwise: Literal["refuse", "refuse_runs"] | None = None
    seed: int | str | None = None

    def __post_init__(self) -> None:
        rules = tuple(checks.items(self.rules, "rules"))
        for index, rule in enumerate(rules):
            checks.instance(rule, Rule, "rules", index)
        settle(self, rules=rules)
        if self.otherwise is not None:
            checks.one_of(self.otherwise, OTHERWISE, "otherwise")
        if self.seed is not None and not isinstance(self.seed, str):
            settle(self, seed=checks.integer(self.seed, "seed", kind="text or a whole number"))

    def refuses(self, operation: str) -> bool:
        """Whether such a call is refused when no rule takes it."""
        return self.otherwise == "refuse" or (self.otherwise is not None and operation == RUN)
