"""One request to the target and its response, followed while it is under way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import requests
from schemathesis import Response

from contract_tests.spec import run_events as sse
from contract_tests.spec.answers import is_error, is_stream

from .journal import Journal, Owner, makes
from .limits import RunBudget
from .liveness import unanswered_request
from .signals import defer_signals


@dataclass
class Exchange:
    """One request to the target, and the response when there was one."""

    operation_id: str
    phase: str
    began: datetime
    request: requests.PreparedRequest | None = None
    response: Response | None = None
    seconds: float = 0.0


class OpenExchange:
    """A request under way: `answered`, or without a reply.

    Where the request makes something, Ctrl-C and SIGTERM are deferred until its id is known or the
    request is over: otherwise an object with an unknown id would remain.
    """

    def __init__(
        self,
        exchange: Exchange,
        body: Any,
        *,
        runs: RunBudget,
        journal: Journal | None,
        owner_of: Callable[[Mapping[str, Any]], Owner],
    ) -> None:
        self._owner_of = owner_of
        self._exchange = exchange
        self._body = body
        self._runs = runs
        self._journal = journal
        self._deferred = ExitStack()
        self._awaits_id = False
        self._streamed = b""

    @contextmanager
    def sent(self) -> Iterator[None]:
        """While the request is on its way. Raises RunBudgetExhausted instead."""
        operation_id = self._exchange.operation_id
        self._runs.take(operation_id)
        with self._deferred:
            if self._journal is not None and makes(operation_id, self._body):
                self._awaits_id = True
                self._deferred.enter_context(defer_signals())
                self._journal.asks(operation_id)
            yield

    def observe_stream(self, chunks: Iterable[bytes], owner: Owner) -> Iterator[bytes]:
        """The chunks of a stream on arrival; its first events name the thread that was made."""
        for chunk in chunks:
            self._observe(chunk, owner)
            yield chunk

    def observe_response(self, response: requests.Response, **_options: Any) -> None:
        """The same for a response of requests that is read later; a hook of requests."""
        read = response.raw.read1

        def observed(*arguments: Any, **options: Any) -> bytes:
            chunk: bytes = read(*arguments, **options)
            self._observe(chunk, "first")
            return chunk

        if "text/event-stream" in response.headers.get("content-type", ""):
            response.raw.read1 = observed

    def answered(self, response: Response) -> None:
        self._exchange.response, self._exchange.request = response, response.request
        if not is_error(response):
            body = _run_in(response.content) if is_stream(response) else _json(response.content)
            owner = self._owner_of(response.request.headers)
            self._succeeded(_json(response.request.body), body, owner)
        elif response.status_code < 500:
            self._runs.give_back(self._exchange.operation_id)
            self._nothing_unknown()

    def no_reply(self, error: requests.RequestException | httpx.TransportError) -> None:
        self._exchange.request = unanswered_request(error)
        if isinstance(error, httpx.ConnectError):
            self._nothing_unknown()  # the request did not even arrive

    def _observe(self, chunk: bytes, owner: Owner) -> None:
        if self._awaits_id:
            self._streamed += chunk
            self._succeeded(self._body, _run_in(self._streamed), owner)

    def _succeeded(self, asked: Any, answer: Any, owner: Owner) -> None:
        if self._journal and isinstance(answer, dict):
            self._journal.succeeded(self._exchange.operation_id, asked, answer, owner)
            self._nothing_unknown()

    def _nothing_unknown(self) -> None:
        """The object that the request made is in the journal, or it made nothing."""
        if self._awaits_id and self._journal:
            self._awaits_id = False
            self._journal.answers(self._exchange.operation_id)
            self._deferred.close()


def _run_in(content: bytes) -> Any:
    """The run that the first events of a stream name; None when they do not, or not yet."""
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
