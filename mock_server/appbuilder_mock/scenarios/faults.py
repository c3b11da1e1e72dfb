"""Faults: errors instead of a response, and ways to break or delay one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle
from appbuilder_mock.scenarios.latency import Delay, delay, drawn

TEXT_OR_INTEGER = "text or a whole number"
RESETS = ("before_reading", "before_answering")
BROKEN_EVENT = 'event: message\ndata: {"status": "in_progress", "content": ['


@dataclass(frozen=True)
class ErrorBody:
    """The error of an error envelope. Without a `type`, the one that goes with the status."""

    code: str | int
    message: str
    type: str | None = None
    param: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.code, str):
            checks.text(self.code, "code")
        else:
            settle(self, code=checks.integer(self.code, "code", kind=TEXT_OR_INTEGER))
        checks.text(self.message, "message")
        if self.type is not None:
            checks.text(self.type, "type")
        if self.param is not None:
            checks.text(self.param, "param")


@dataclass(frozen=True)
class Quota:
    """At most so many calls in any time of so many seconds. Refused calls do not count."""

    calls: int
    seconds: float = 1.0

    def __post_init__(self) -> None:
        settle(
            self,
            calls=checks.integer(self.calls, "calls", least=1),
            seconds=checks.seconds(self.seconds, "seconds"),
        )
        if self.seconds == 0:
            raise ScenarioError("expected seconds above 0", ("seconds",))


@dataclass(frozen=True)
class Pause:
    """Wait, before the response begins or before one event of a stream (counted from 1)."""

    seconds: Delay
    before_event: int | None = None

    def __post_init__(self) -> None:
        settle(self, seconds=delay(self.seconds, "seconds"))
        if self.before_event is not None:
            settle(self, before_event=checks.integer(self.before_event, "before_event", least=1))

    @property
    def drawn(self) -> float:
        """The seconds; those of a latency are drawn if they have not been yet."""
        return drawn(self.seconds, Random())


@dataclass(frozen=True)
class Cut:
    """End the connection after so many events, or so many bytes of the body.

    0 is right after the headers. A response that is shorter is sent complete.
    """

    after_event: int | None = None
    after_byte: int | None = None

    def __post_init__(self) -> None:
        if (self.after_event is None) == (self.after_byte is None):
            raise ScenarioError("expected one of after_event and after_byte")
        if self.after_event is not None:
            settle(self, after_event=checks.integer(self.after_event, "after_event", least=0))
        if self.after_byte is not None:
            settle(self, after_byte=checks.integer(self.after_byte, "after_byte", least=0))


@dataclass(frozen=True)
class Malformed:
    """Send `raw` and a blank line instead of one event of a stream (counted from 1)."""

    event: int
    raw: str = BROKEN_EVENT

    def __post_init__(self) -> None:
        settle(self, event=checks.integer(self.event, "event", least=1))
        checks.text(self.raw, "raw")


@dataclass(frozen=True)
class Drip:
    """Send the body `bytes` at a time, with a wait of `seconds` after each."""

    bytes: int
    seconds: float

    def __post_init__(self) -> None:
        settle(
            self,
            bytes=checks.integer(self.bytes, "bytes", least=1),
            seconds=checks.seconds(self.seconds, "seconds"),
        )


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault, or several that go together.

    `status` answers that status and nothing is carried out: with `error` in an envelope, or with
    `body` as it stands, or with an envelope of the server's choice. `reset` resets the connection:
    `before_reading` the body, and nothing is carried out; or `before_answering`, when all has been.
    The others change how a response is sent.
    """

    status: int | None = None
    error: ErrorBody | None = None
    body: str | None = None
    retry_after: int | str | None = None
    reset: Literal["before_reading", "before_answering"] | None = None
    pause: Pause | None = None
    cut: Cut | None = None
    malformed: Malformed | None = None
    drip: Drip | None = None
    content_type: str | None = None

    def __post_init__(self) -> None:
        if all(getattr(self, name) is None for name in self.__dataclass_fields__):
            raise ScenarioError(f"expected one or more of {', '.join(self.__dataclass_fields__)}")
        self._check_parts()
        self._check_status()
        self._check_combinations()

    @property
    def prevents(self) -> bool:
        """Whether the call is not carried out at all."""
        return self.status is not None or self.reset == "before_reading"

    @property
    def counts_events(self) -> str | None:
        """The part that counts events, and so needs a stream, as a path; None when none does."""
        if self.malformed is not None:
            return "malformed"
        if self.cut is not None and self.cut.after_event is not None:
            return "cut.after_event"
        if self.pause is not None and self.pause.before_event is not None:
            return "pause.before_event"
        return None

    def drawn(self, random: Random) -> Fault:
        """The fault with its pause as a number of seconds."""
        if self.pause is None or isinstance(self.pause.seconds, float):
            return self
        return replace(self, pause=replace(self.pause, seconds=drawn(self.pause.seconds, random)))

    def _check_parts(self) -> None:
        kinds = {"error": ErrorBody, "pause": Pause, "cut": Cut, "malformed": Malformed}
        for name, kind in {**kinds, "drip": Drip}.items():
            if (value := getattr(self, name)) is not None:
                checks.instance(value, kind, name)
        if self.reset is not None:
            checks.one_of(self.reset, RESETS, "reset")
        if self.body is not None:
            checks.text(self.body, "body")
        if self.content_type is not None:
            checks.header(self.content_type, "content_type")
        if isinstance(self.retry_after, str):
            checks.header(self.retry_after, "retry_after")
        elif self.retry_after is not None:
            number = checks.integer(self.retry_after, "retry_after", least=0, kind=TEXT_OR_INTEGER)
            settle(self, retry_after=number)

    def _check_status(self) -> None:
        if self.status is None:
            for name in ("error", "body", "retry_after"):
                if getattr(self, name) is not None:
                    raise ScenarioError(f"{name} needs a status; add one", (name,))
            return
        settle(self, status=checks.integer(self.status, "status"))
        if self.status != 200 and not 400 <= self.status <= 599:
            raise ScenarioError(f"expected 200 or 400 to 599, got {self.status}", ("status",))
        if self.error is not None and self.body is not None:
            raise ScenarioError("error and body cannot go together; keep one", ("body",))
        if self.status == 200 and self.error is None and self.body is None:
            raise ScenarioError("a fault of status 200 needs an error or a body", ("status",))

    def _check_combinations(self) -> None:
        if self.status is not None and self.reset is not None:
            raise ScenarioError("status and reset cannot go together; keep one", ("reset",))
        if self.reset is not None:
            for name in ("cut", "malformed", "drip", "content_type"):
                if getattr(self, name) is not None:
                    raise ScenarioError(
                        f"reset sends no answer, so {name} has nothing to change; keep one", (name,)
                    )
        if self.counts_events and (self.status is not None or self.reset is not None):
            which = "status" if self.status is not None else "reset"
            raise ScenarioError(
                f"{which} leaves no run to stream, so {self.counts_events} has no events to count; "
                "keep one",
                tuple(self.counts_events.split(".")),
            )
