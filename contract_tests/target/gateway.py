"""The gateway: every request to the target passes here, rate-limited, counted and noted."""

from __future__ import annotations

import functools
import itertools
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import requests
from schemathesis import Case, Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_in_band

from .exchange import Exchange, OpenExchange
from .journal import Journal, Owner
from .limits import RateLimiter, RunBudget, parse_retry_after
from .liveness import TargetStopped, responds
from .target import Profile, Target

TRIES = 4  # of a request that a service refuses because it is asked too often
LONGEST_WAIT = 60.0  # seconds that such a service may ask for
AROUND = "around"  # the phase of what is done before and after the tests


class Gateway:
    """Sends all requests to one target."""

    def __init__(self, target: Target, profile: Profile, journal: Journal | None = None) -> None:
        self.target, self.profile, self.journal = target, profile, journal
        self.rate_limiter, self.runs = RateLimiter(profile.per_second), RunBudget(profile.runs)
        self.listeners: list[Callable[[Exchange], None]] = []
        self.refused_in_band: set[str] = set()  # ids of cases
        self.newest: Exchange | None = None
        self.stopped = ""  # why, when the target answers nothing any more

    def through(self, send: Callable[..., Response]) -> Callable[..., Response]:
        """Wrap what sends a case of schemathesis, so that it passes here."""

        def sent(case: Case[Any], **options: Any) -> Response:
            response = self.ask(
                spec.operation_of(case),
                # A stream that breaks off is not given back, and may have made a thread all the
                # same: so its chunks are observed when they come.
                lambda exchange: send(
                    case, hooks={"response": exchange.observe_response}, **options
                ),
                phase=case.meta.phase.name.value if case.meta else "by hand",
                body=case.body,
            )
            if is_in_band(response):
                self.refused_in_band.add(case.id)
            return response

        return sent

    def ask(
        self,
        operation_id: str,
        send: Callable[[OpenExchange], Response],
        *,
        phase: str = "by hand",
        body: Any = None,
    ) -> Response:
        """Send a request; at a limited rate, again when the service asks for a pause."""
        for attempt in itertools.count(1):
            with self.open_exchange(operation_id, phase=phase, body=body) as exchange:
                response = send(exchange)
                exchange.answered(response)
            if not self.should_retry(response, attempt):
                break
        return response

    def should_retry(self, response: Response, attempt: int) -> bool:
        """Whether to send it again: the rate is too high all the same.

        The next request then waits as long as the service asks for. After TRIES attempts, or when
        that is longer than LONGEST_WAIT, the refusal is the response.
        """
        if response.status_code != 429 or not self.profile.per_second or attempt == TRIES:
            return False
        seconds = parse_retry_after(response.headers.get("retry-after", [""])[0])
        if seconds > LONGEST_WAIT:
            return False
        self.rate_limiter.pause(seconds)
        return True

    def post(
        self,
        operation_id: str,
        *,
        owner: Owner = "first",
        patience: float | None = None,
        **content: Any,
    ) -> Response:
        """A response without validation, to a body as httpx takes it; to make and to delete.

        `patience` is seconds without a byte, by default the profile's. Raises httpx.HTTPError.
        """
        token = self.target.token if owner == "first" else self.target.other_token

        def send(_exchange: OpenExchange) -> Response:
            response = httpx.post(
                self.target.url + spec.path(operation_id),
                headers={"Authorization": f"Bearer {token}"},
                timeout=self.profile.patience if patience is None else patience,
                verify=certificates(),
                **content,
            )
            response.request.read()
            return response_of(response)

        return self.ask(operation_id, send, phase=AROUND, body=content.get("json"))

    def owner_of(self, headers: Mapping[str, Any]) -> Owner:
        """The user who sends these headers."""
        other = self.target.other_token
        is_other = other and headers.get("Authorization") == f"Bearer {other}"
        return "second" if is_other else "first"

    @contextmanager
    def open_exchange(
        self, operation_id: str, *, phase: str = "by hand", body: Any = None
    ) -> Iterator[OpenExchange]:
        """The context of one request: it takes the response, or the exception in its place.

        Raises TargetStopped when the target answers nothing else either, and from then on at once.
        """
        if self.stopped and phase != AROUND:
            raise TargetStopped(self.stopped)
        exchange = Exchange(operation_id, phase, datetime.now(UTC))
        opened = OpenExchange(
            exchange, body, runs=self.runs, journal=self.journal, owner_of=self.owner_of
        )
        self.rate_limiter.wait()
        with opened.sent():
            started = time.monotonic()
            try:
                yield opened
            except (requests.RequestException, httpx.TransportError) as error:
                opened.no_reply(error)
                if phase != AROUND and not responds(self.target):
                    self.stopped = f"{operation_id}: {type(error).__name__}"
                    raise TargetStopped(self.stopped) from None
                raise
            finally:
                exchange.seconds = time.monotonic() - started
                self.newest = exchange
                for listener in self.listeners:
                    listener(exchange)


@functools.cache
def certificates() -> ssl.SSLContext:
    """The CA certificates, read once: each call would take 20 ms for it."""
    return httpx.create_ssl_context()


def response_of(response: httpx.Response) -> Response:
    """A response as the checks take it, with the address that was asked.

    schemathesis' own conversion repeats the query, which is then wrong in every report.
    """
    answer = Response.from_any(response)
    answer.request.url = str(response.request.url)
    return answer
