"""Scenarios: rules, the calls that they match, and what happens then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from appbuilder_mock.contract import the_contract
from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle
from appbuilder_mock.scenarios.faults import Fault
from appbuilder_mock.scenarios.outcomes import Failed, Reply, ToolCall

RUN = "createRun"
ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Match:
    """The calls that a rule matches; what is omitted matches anything.

    `text` is the user's complete text, `regex` is searched in it. `nth` takes only that one of
    the calls that come to the rule and match otherwise (from 1), `times` only the first so many.
    """

    operation: str = RUN
    assistant: str | None = None
    text: str | None = None
    regex: str | None = None
    nth: int | None = None
    times: int | None = None

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

    def takes(self, count: int) -> bool:
        """Whether it takes the call that is the `count`th of its kind."""
        if self.nth is not None:
            return count == self.nth
        return self.times is None or count <= self.times


def _check_regex(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ScenarioError(f"not a regular expression: {error}", ("regex",)) from None


@dataclass(frozen=True, init=False)
class Rule:
    """One rule: the calls it matches, and what happens then.

    `tool_rounds` are asked for one after the other, the calls of a round together. Then the run
    ends: with the `reply`, as `failed`, or as `expired`; else with the default answer. A rule that
    names an end and no rounds asks for no tool. A rule with only a fault does not change the run.
    """

    match: Match
    tool_rounds: tuple[tuple[ToolCall, ...], ...]
    reply: Reply | None
    failed: Failed | None
    expired: bool
    fault: Fault | None

    def __init__(
        self,
        *,
        match: Match | None = None,
        tool_rounds: Sequence[Sequence[ToolCall]] | None = None,
        reply: Reply | str | None = None,
        failed: Failed | None = None,
        expired: Literal[True] | None = None,
        fault: Fault | None = None,
    ) -> None:
        rounds = () if tool_rounds is None else checks.items(tool_rounds, "tool_rounds", least=1)
        settle(
            self,
            match=Match() if match is None else checks.instance(match, Match, "match"),
            tool_rounds=tuple(_round(calls, index) for index, calls in enumerate(rounds)),
            reply=_reply(reply),
            failed=None if failed is None else checks.instance(failed, Failed, "failed"),
            expired=expired is not None,
            fault=None if fault is None else checks.instance(fault, Fault, "fault"),
        )
        if expired not in (None, True):
            raise ScenarioError(
                f"expected true, got {checks.described(expired)}; leave it out for a run that "
                "does not expire",
                ("expired",),
            )
        self._check_run_path()
        self._check_fault()

    @property
    def run_path(self) -> tuple[str, ...]:
        """The names of what it scripts of a run's path; none when it is only a fault."""
        scripted = {
            "tool_rounds": bool(self.tool_rounds),
            "reply": self.reply is not None,
            "failed": self.failed is not None,
            "expired": self.expired,
        }
        return tuple(name for name, is_scripted in scripted.items() if is_scripted)

    def _check_run_path(self) -> None:
        ends = [name for name in self.run_path if name != "tool_rounds"]
        if len(ends) > 1:
            raise ScenarioError(
                f"a run ends in one way, by {' or '.join(ends)}; keep one", (ends[1],)
            )
        if self.run_path and self.match.operation != RUN:
            raise ScenarioError(
                f"{self.run_path[0]} is about a run, but the rule matches {self.match.operation}; "
                "leave the operation out, or say what happens with a fault",
                (self.run_path[0],),
            )

    def _check_fault(self) -> None:
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


def _round(calls: object, index: int) -> tuple[ToolCall, ...]:
    return tuple(
        checks.instance(call, ToolCall, "tool_rounds", index, number)
        for number, call in enumerate(checks.items(calls, "tool_rounds", index, least=1))
    )


def _reply(reply: Reply | str | None) -> Reply | None:
    if reply is None or isinstance(reply, Reply):
        return reply
    try:
        return Reply(checks.text(reply))
    except ScenarioError as error:
        raise ScenarioError(error.reason, ("reply",)) from None


@dataclass(frozen=True)
class Scenario:
    """Rules, tried in order; a call that none matches gets the default answer."""

    rules: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        rules = tuple(checks.items(self.rules, "rules"))
        for index, rule in enumerate(rules):
            checks.instance(rule, Rule, "rules", index)
        settle(self, rules=rules)
