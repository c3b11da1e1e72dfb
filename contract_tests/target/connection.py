"""The connections of one user to the target, for hand-written requests."""

from __future__ import annotations

import collections
import contextlib
import itertools
import time
from collections.abc import Generator, Iterator
from typing import Any

import httpx
from schemathesis import Response
from schemathesis.transport.requests import ManagedCookiesSession

from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse

from .exchange import OpenExchange
from .gateway import Gateway, response_of

STREAM = "text/event-stream"


class Connection:
    """Sends a user's requests through the gateway; to be closed."""

    def __init__(self, gateway: Gateway, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}
        self.session = ManagedCookiesSession()  # for schemathesis; it keeps no cookies
        self.session.headers.clear()
        # The mock is on this machine, and each request would look through the environment for a
        # proxy.
        self.session.trust_env = gateway.target.kind != "mock"
        self._gateway = gateway
        self._http = httpx.Client(timeout=gateway.profile.patience)

    def close(self) -> None:
        self._http.close()
        self.session.close()

    def post(self, operation_id: str, **content: Any) -> Response:
        """The response to a body as httpx takes it."""

        def send(_exchange: OpenExchange) -> Response:
            response = self._http.post(self._url(operation_id), **content)
            response.request.read()  # schemathesis wants to show it
            return response_of(response)

        return self._gateway.ask(operation_id, send)

    def stream(
        self, operation_id: str, body: dict[str, Any]
    ) -> Generator[sse.RunEvent, None, Response]:
        """Each event when it arrives; returns the response, as if it had been read at once.

        It is read no further than to an event that cannot be read, and no longer than the
        profile's patience without an event that is no ping.
        """
        gateway, url = self._gateway, self._url(operation_id)
        for attempt in itertools.count(1):
            received = _ReceivedStream(gateway.profile.patience)
            with (
                gateway.open_exchange(operation_id, body=body) as exchange,
                self._http.stream("POST", url, json=body, headers=self.headers) as response,
            ):
                owner = gateway.owner_of(self.headers)
                chunks = exchange.observe_stream(received.chunks(response.iter_bytes()), owner)
                if response.headers.get("content-type", "").lower().startswith(STREAM):
                    with contextlib.suppress(ValueError, TypeError):
                        yield from received.events(sse.events(chunks))
                else:
                    collections.deque(chunks, maxlen=0)
                response.close()  # what has not been read, of a stream that cannot be
                whole = _whole(response, received.content)
                exchange.answered(whole)
            if not gateway.should_retry(whole, attempt):
                break
        return whole

    def _url(self, operation_id: str) -> str:
        return self._gateway.target.url + spec.path(operation_id)


def _whole(response: httpx.Response, content: bytes) -> Response:
    of_the_body = ("content-encoding", "content-length", "transfer-encoding")
    headers = [(name, value) for name, value in response.headers.items() if name not in of_the_body]
    whole = httpx.Response(
        response.status_code, headers=headers, content=content, request=response.request
    )
    whole.elapsed = response.elapsed
    return response_of(whole)


class _ReceivedStream:
    """The content of a stream so far, and the time of its last event."""

    def __init__(self, patience: float) -> None:
        self.content = b""
        self._patience = patience
        self._newest = time.monotonic()

    def chunks(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, as long as there are events in them."""
        try:
            for chunk in chunks:
                self.content += chunk
                yield chunk
                silent = time.monotonic() - self._newest
                assert silent < self._patience, (
                    f"createRun: for {silent:.0f} seconds the stream had no event but pings, "
                    f"after {self.content[-200:]!r}"
                )
        except httpx.TimeoutException:
            raise AssertionError(
                f"createRun: nothing came on the stream for {self._patience} seconds, "
                f"after {self.content[-200:]!r}"
            ) from None

    def events(self, events: Iterator[sse.RunEvent]) -> Iterator[sse.RunEvent]:
        for event in events:
            if event.name != "ping":
                self._newest = time.monotonic()
            yield event
            if event.name != "ping":  # the caller may have taken time over it
                self._newest = time.monotonic()
