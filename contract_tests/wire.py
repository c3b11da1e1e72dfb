"""Everything that is sent to the target passes here: counted, kept to its pace, noted down."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import httpx
import requests
from schemathesis import Case, Response

from . import journal, spec, sse
from .journal import Journal
from .pace import Pace, Runs
from .reach import is_error, media_type_of
from .target import FULL, Profile, Target

TRIES = 4  # of a request that a service refuses because it is asked too often
LONGEST_WAIT = 30.0  # seconds that such a service may ask for
AROUND = "around"  # the phase of what is done before and after the tests
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Exchange:
    """One request to the target, and the answer when there was one."""

    operation_id: str
    phase: str
    makes: bool  # something that is to be deleted
    began: datetime
    request: requests.PreparedRequest | None = None
    response: Response | None = None
    seconds: float = 0.0


@dataclass
class Wire:
    """The way to one target; requests to any other server pass by it unnoticed."""

    target: Target | None = None
    profile: Profile = FULL
    pace: Pace = field(default_factory=lambda: Pace(None))
    runs: Runs = field(default_factory=lambda: Runs(None))
    journal: Journal | None = None
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)

    def attach(self, target: Target, profile: Profile, journal: Journal | None) -> None:
        self.target, self.profile, self.journal = target, profile, journal
        self.pace, self.runs = Pace(profile.per_second), Runs(profile.runs)

    def through(self, send: Callable[..., Response]) -> Callable[..., Response]:
        """What sends a case, in such a way that it passes here."""

        def sent(case: Case[Any], **options: Any) -> Response:
            operation_id = spec.operation_of(case)
            phase = case.meta.phase.name.value if case.meta else "by hand"
            return self.ask(
                operation_id,
                lambda: send(case, **options),
                base_url=options.get("base_url"),
                phase=phase,
                body=case.body,
            )

        return sent

    def ask(
        self,
        operation_id: str,
        send: Callable[[], Response],
        *,
        base_url: str | None,
        phase: str = "by hand",
        body: Any = None,
    ) -> Response:
        """The answer; where a rate is kept, not the one that the rate is too high."""
        for attempt in range(1, TRIES + 1):
            with self.passage(operation_id, base_url=base_url, phase=phase, body=body) as answered:
                response = send()
                answered(response)
            asked_too_often = response.status_code == 429 and self.profile.per_second
            if not asked_too_often or attempt == TRIES:
                break
            self.pace.put_off(_seconds(response))
        return response

    def post(self, operation_id: str, **content: Any) -> Response:
        """An answer that nobody judges, of a body given as httpx takes it; to make and to delete.

        Raises httpx.HTTPError.
        """
        target = self.target
        assert target is not None

        def send() -> Response:
            response = httpx.post(
                target.url + spec.path(operation_id),
                headers={"Authorization": f"Bearer {target.token}"},
                timeout=self.profile.patience,
                **content,
            )
            response.request.read()
            return Response.from_any(response)

        body = content.get("json")
        return self.ask(operation_id, send, base_url=target.url, phase=AROUND, body=body)

    @contextmanager
    def passage(
        self,
        operation_id: str,
        *,
        base_url: str | None,
        phase: str = "by hand",
        body: Any = None,
        whole: bool = True,
    ) -> Iterator[Callable[[Response], None]]:
        """For one request: call what is given with the answer, or leave without one.

        A request that makes something is finished, as long as its block is one `whole` call, before
        Ctrl-C or SIGTERM is heeded: else nobody would know what to delete.
        """
        if self.target is None or base_url != self.target.url:
            yield lambda response: None
            return
        self.pace.wait()
        with ExitStack() as stack:
            makes = journal.makes(operation_id, body)
            if whole and self.journal and makes:
                stack.enter_context(signals_put_off())
            self.runs.take(operation_id)
            if self.journal and makes:
                self.journal.asks(operation_id)
            exchange = Exchange(operation_id, phase, makes, datetime.now(UTC))
            started = time.monotonic()
            try:
                yield lambda response: self._answered(exchange, response)
            except (requests.RequestException, httpx.TransportError) as error:
                self._lost(exchange, error)
                raise
            finally:
                exchange.seconds = time.monotonic() - started
                for listener in self.listeners:
                    listener(exchange)

    def _lost(
        self, exchange: Exchange, error: requests.RequestException | httpx.TransportError
    ) -> None:
        if isinstance(error, requests.RequestException):
            sent = error.request
            exchange.request = sent if isinstance(sent, requests.PreparedRequest) else None
        if self.journal and exchange.makes and isinstance(error, httpx.ConnectError):
            self.journal.answers(exchange.operation_id)  # the question did not even arrive

    def _answered(self, exchange: Exchange, response: Response) -> None:
        exchange.response, exchange.request = response, response.request
        refused = is_error(response) and response.status_code < 500
        if refused:
            self.runs.give_back(exchange.operation_id)
        if self.journal is None:
            return
        if exchange.makes and (refused or not is_error(response)):
            self.journal.answers(exchange.operation_id)
        if not is_error(response):
            asked = _json(response.request.body)
            self.journal.succeeded(exchange.operation_id, asked, _told(response))


wire = Wire()


@contextmanager
def signals_put_off() -> Iterator[None]:
    """Heed Ctrl-C and SIGTERM when the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _told(response: Response) -> Any:
    """The object that was answered; of a stream, the run that its first events tell of."""
    if media_type_of(response) != "text/event-stream":
        return _json(response.content)
    try:
        runs = (event.details.get("run_object") for event in sse.events([response.content]))
        return next((run for run in runs if run), None)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _json(body: bytes | str | None) -> Any:
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None


def _seconds(response: Response) -> float:
    """How long a service wants to be left alone."""
    try:
        asked = float(response.headers.get("retry-after", ["2"])[0])
    except ValueError:
        asked = 2.0
    return min(max(asked, 0.0), LONGEST_WAIT)
