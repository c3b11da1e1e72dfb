"""Everything that is sent to the target passes here: counted, kept to its pace, noted down."""

from __future__ import annotations

import functools
import itertools
import json
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import requests
from schemathesis import Case, Response

from contract_tests.checks.coverage import is_error, is_in_band, media_type_of
from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse

from . import journal
from .journal import Journal, Owner
from .limits import RateLimiter, RunBudget, parse_retry_after
from .liveness import TargetStopped, answers, unanswered
from .signals import defer_signals
from .target import FULL, Profile, Target

TRIES = 4  # of a request that a service refuses because it is asked too often
LONGEST_WAIT = 60.0  # seconds that such a service may ask for
AROUND = "around"  # the phase of what is done before and after the tests

T = TypeVar("T")


@dataclass
class Exchange:
    """One request to the target, and the answer when there was one."""

    operation_id: str
    phase: str
    began: datetime
    request: requests.PreparedRequest | None = None
    response: Response | None = None
    seconds: float = 0.0


class OpenExchange:
    """The passing of one request: gets the response, or ends without one.

    Where the request makes something, Ctrl-C and SIGTERM are deferred until its id is known or the
    request is over: else nobody would know what to delete.
    """

    def __init__(self, gateway: Gateway, exchange: Exchange, asked: Any) -> None:
        self._wire = gateway
        self._exchange = exchange
        self._asked = asked
        self._put_off = ExitStack()
        self._awaits_id = False

    @contextmanager
    def sent(self) -> Iterator[None]:
        """While the request is on its way. Raises RunBudgetExhausted instead."""
        operation_id = self._exchange.operation_id
        self._wire.runs.take(operation_id)
        with self._put_off:
            if self._wire.journal is not None and journal.makes(operation_id, self._asked):
                self._awaits_id = True
                self._put_off.enter_context(defer_signals())
                self._wire.journal.asks(operation_id)
            yield

    def observe_stream(self, chunks: Iterable[bytes], owner: Owner = "first") -> Iterator[bytes]:
        """The chunks of a stream as they come, whose first events name the thread that was made."""
        content = b""
        for chunk in chunks:
            if self._awaits_id:
                content += chunk
                self._succeeded(self._asked, _run_in(content), owner)
            yield chunk

    def answered(self, response: Response) -> None:
        self._exchange.response, self._exchange.request = response, response.request
        if not is_error(response):
            told = _run_in(response.content) if is_stream(response) else _json(response.content)
            owner = self._wire.owner_of(response.request.headers)
            self._succeeded(_json(response.request.body), told, owner)
        elif response.status_code < 500:
            self._wire.runs.give_back(self._exchange.operation_id)
            self._nothing_unknown()

    def no_reply(self, error: requests.RequestException | httpx.TransportError) -> None:
        self._exchange.request = unanswered(error)
        if isinstance(error, httpx.ConnectError):
            self._nothing_unknown()  # the question did not even arrive

    def _succeeded(self, asked: Any, told: Any, owner: Owner) -> None:
        if self._wire.journal and isinstance(told, dict):
            self._wire.journal.succeeded(self._exchange.operation_id, asked, told, owner)
            self._nothing_unknown()

    def _nothing_unknown(self) -> None:
        """The object that the request made is in the journal, or it made nothing."""
        if self._awaits_id and self._wire.journal:
            self._awaits_id = False
            self._wire.journal.answers(self._exchange.operation_id)
            self._put_off.close()


@dataclass
class Gateway:
    """The way to one target; requests to any other server pass by it unnoticed."""

    target: Target | None = None
    profile: Profile = FULL
    pace: RateLimiter = field(default_factory=lambda: RateLimiter(None))
    runs: RunBudget = field(default_factory=lambda: RunBudget(None))
    journal: Journal | None = None
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    refused_in_band: set[str] = field(default_factory=set)  # ids of cases
    newest: Exchange | None = None
    stopped: str = ""  # why, when the target answers nothing any more
    _open: OpenExchange | None = None  # of what schemathesis sends now

    def attach(self, target: Target, profile: Profile, journal: Journal | None) -> None:
        self.target, self.profile, self.journal = target, profile, journal
        self.pace, self.runs = RateLimiter(profile.per_second), RunBudget(profile.runs)

    def through(self, send: Callable[..., Response]) -> Callable[..., Response]:
        """A sender of a case that passes here."""

        def sent(case: Case[Any], **options: Any) -> Response:
            operation_id = spec.operation_of(case)
            phase = case.meta.phase.name.value if case.meta else "by hand"
            response = self.ask(
                operation_id,
                lambda: send(case, **options),
                base_url=options.get("base_url"),
                phase=phase,
                body=case.body,
            )
            if is_in_band(response):
                self.refused_in_band.add(case.id)
            return response

        return sent

    def observing(self, read: Callable[..., T]) -> Callable[..., T]:
        """A reader of a stream whose chunks are observed here when they come."""

        def reading(chunks: Iterable[bytes], *more: Any) -> T:
            return read(self._open.observe_stream(chunks) if self._open else chunks, *more)

        return reading

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
        for attempt in itertools.count(1):
            with self.open_exchange(
                operation_id, base_url=base_url, phase=phase, body=body
            ) as exchange:
                self._open = exchange
                response = send()
                exchange.answered(response)
            if not self.should_retry(response, attempt):
                break
        return response

    def should_retry(self, response: Response, attempt: int) -> bool:
        """Whether to ask again: the rate that is kept is too high all the same.

        What is sent next then waits as long as the service asks for. After TRIES attempts, or when
        that is longer than LONGEST_WAIT, the refusal is the answer.
        """
        if response.status_code != 429 or not self.profile.per_second or attempt == TRIES:
            return False
        seconds = parse_retry_after(response.headers.get("retry-after", [""])[0])
        if seconds > LONGEST_WAIT:
            return False
        self.pace.put_off(seconds)
        return True

    def post(
        self,
        operation_id: str,
        *,
        owner: Owner = "first",
        patience: float | None = None,
        **content: Any,
    ) -> Response:
        """An answer that nobody judges, of a body given as httpx takes it; to make and to delete.

        `patience` is seconds without a byte, by default the profile's. Raises httpx.HTTPError.
        """
        target = self.target
        assert target is not None

        def send() -> Response:
            token = target.token if owner == "first" else target.other_token
            response = httpx.post(
                target.url + spec.path(operation_id),
                headers={"Authorization": f"Bearer {token}"},
                timeout=self.profile.patience if patience is None else patience,
                verify=certificates(),
                **content,
            )
            response.request.read()
            return answer_of(response)

        body = content.get("json")
        return self.ask(operation_id, send, base_url=target.url, phase=AROUND, body=body)

    def owner_of(self, headers: Mapping[str, Any]) -> Owner:
        """The user who sends these headers."""
        other = self.target and self.target.other_token
        is_other = other and headers.get("Authorization") == f"Bearer {other}"
        return "second" if is_other else "first"

    @contextmanager
    def open_exchange(
        self,
        operation_id: str,
        *,
        base_url: str | None,
        phase: str = "by hand",
        body: Any = None,
    ) -> Iterator[OpenExchange]:
        """For one request: pass on the answer, or the exception when there is none.

        Raises TargetStopped when the target answers nothing else either, and from then on at once.
        """
        exchange = Exchange(operation_id, phase, datetime.now(UTC))
        if self.target is None or base_url != self.target.url:
            yield OpenExchange(Gateway(), exchange, body)
            return
        if self.stopped and phase != AROUND:
            raise TargetStopped(self.stopped)
        self.pace.wait()
        opened = OpenExchange(self, exchange, body)
        with opened.sent():
            started = time.monotonic()
            try:
                yield opened
            except (requests.RequestException, httpx.TransportError) as error:
                opened.no_reply(error)
                if phase != AROUND and not answers(self.target):
                    self.stopped = f"{operation_id}: {type(error).__name__}"
                    raise TargetStopped(self.stopped) from None
                raise
            finally:
                exchange.seconds = time.monotonic() - started
                self.newest = exchange
                for listener in self.listeners:
                    listener(exchange)


gateway = Gateway()


@functools.cache
def certificates() -> ssl.SSLContext:
    """Read once: each call would take 20 ms for it."""
    return httpx.create_ssl_context()


def answer_of(response: httpx.Response) -> Response:
    """An answer as the checks take it, with the address that was asked.

    schemathesis' own conversion repeats the query, which is then wrong in every report.
    """
    answer = Response.from_any(response)
    answer.request.url = str(response.request.url)
    return answer


def is_stream(response: Response) -> bool:
    return media_type_of(response) == "text/event-stream"


def _run_in(content: bytes) -> Any:
    """The run named in the first events of a stream; None if they do not, or not yet."""
    try:
        runs = (event.details.get("run_object") for event in sse.events([content]))
        return next((run for run in runs if run), None)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _json(body: Any) -> Any:
    try:
        return json.loads(body or b"null")
    except (ValueError, TypeError):
        return None
