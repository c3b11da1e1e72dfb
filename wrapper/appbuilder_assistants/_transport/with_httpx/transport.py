"""`Transport` and `AsyncTransport` on httpx."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._transport.cancellation import (
    running_loop,
    shield_to_completion,
    shielded,
    wait_until,
)
from appbuilder_assistants._transport.connect import Verify
from appbuilder_assistants._transport.failures import (
    TWO_LOOPS,
    no_reply,
    overdue,
    unwritable,
    without_frames,
)
from appbuilder_assistants._transport.places import AsyncFairSemaphore, FairSemaphore
from appbuilder_assistants._transport.protocols import OutgoingRequest, TransportFailure
from appbuilder_assistants._transport.request import apieces, pieces
from appbuilder_assistants._transport.response import areceive, receive

from .clients import Connections, HttpxClients, pools_of
from .deadline_sockets import deadline_timeout, keep_deadlines
from .responses import FAILURES, AsyncResponse, Response, failure


class HttpxTransport(HttpxClients):
    """For threads. Clocked sockets apply the deadline to connections."""

    client_class = httpx.Client
    semaphore_class = FairSemaphore
    owner = "AppBuilder"

    def __init__(self, verify: Verify = True, given: httpx.Client | None = None) -> None:
        super().__init__(verify, given)

    def send(self, request: OutgoingRequest) -> Reply | NoReply:
        connections = self.to(request.gateway_url)
        if request.is_overdue():
            return overdue(request, reached=False)
        body, limits = request.body, request.limits
        content = pieces(body, request.deadline) if isinstance(body, MultipartBody) else body
        timeout = httpx.Timeout(
            pool=deadline_timeout(limits.pool, request),
            connect=deadline_timeout(limits.connect, request),
            write=deadline_timeout(limits.write, request),
            read=deadline_timeout(limits.read, request),
        )
        try:
            outgoing = _build(connections.http, request, content, timeout)
        except UnicodeError as error:
            return unwritable(request, error)
        try:
            return receive(self._open(connections, outgoing, request), request)
        except TransportFailure as failure:
            return no_reply(request, failure)
        except BaseException as error:  # noqa: BLE001 - continues, without what it passed through
            raise without_frames(error) from error.__cause__

    def close(self) -> None:
        for http in self.take_all():
            http.close()

    def _connections(self, http: httpx.Client) -> Connections:
        keep_deadlines(pools_of(http))
        return super()._connections(http)

    def _open(
        self, connections: Connections, outgoing: httpx.Request, request: OutgoingRequest
    ) -> Response:
        http, places = connections
        request.waits_for_pool = True
        if not places.acquire(outgoing.extensions["timeout"]["pool"]):
            raise TransportFailure("pool", timed_out=True)
        request.waits_for_pool = False
        try:
            # The credentials of an http_client are for others, and would take our token's place.
            response = http.send(outgoing, auth=None, stream=True, follow_redirects=False)
        except BaseException as error:
            places.release()
            if isinstance(error, FAILURES):
                raise failure(error) from error
            raise
        return Response(response, places)


class AsyncHttpxTransport(HttpxClients):
    """For asyncio, one event loop at a time. Waits are cancelled at the deadline."""

    client_class = httpx.AsyncClient
    semaphore_class = AsyncFairSemaphore
    owner = "AsyncAppBuilder"

    def __init__(self, verify: Verify = True, given: httpx.AsyncClient | None = None) -> None:
        super().__init__(verify, given)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, request: OutgoingRequest) -> Reply | NoReply:
        self._be_on_one_loop()
        connections = self.to(request.gateway_url)
        if request.is_overdue():
            return overdue(request, reached=False)
        body, limits = request.body, request.limits
        content = apieces(body) if isinstance(body, MultipartBody) else body
        timeout = httpx.Timeout(
            pool=limits.pool, connect=limits.connect, write=limits.write, read=limits.read
        )
        try:
            outgoing = _build(connections.http, request, content, timeout)
        except UnicodeError as error:
            return unwritable(request, error)
        connecting = _Connecting(outgoing)
        try:
            exchange = shielded(self._exchange(connections, outgoing, request), _discard)
            return await wait_until(request.deadline, exchange)
        except TimeoutError as error:
            return overdue(request, error, reached=not connecting.is_under_way)
        except TransportFailure as failure:
            return no_reply(request, failure)
        except BaseException as error:  # noqa: BLE001 - as in `HttpxTransport`
            raise without_frames(error) from error.__cause__

    async def aclose(self) -> None:
        if self._given is None and not self._is_closed:
            self._be_on_one_loop()
            for http in self.take_all():
                await http.aclose()

    def after_fork(self) -> None:
        super().after_fork()
        self._loop = None

    async def _exchange(
        self, connections: Connections, outgoing: httpx.Request, request: OutgoingRequest
    ) -> Reply | NoReply:
        http, places = connections
        request.waits_for_pool = True
        if not await places.acquire(request.limits.pool):
            raise TransportFailure("pool", timed_out=True)
        request.waits_for_pool = False
        try:
            response = await http.send(outgoing, auth=None, stream=True, follow_redirects=False)
        except BaseException as error:
            places.release()
            if isinstance(error, FAILURES):
                raise failure(error) from error
            raise
        return await areceive(AsyncResponse(response, places), request)

    def _be_on_one_loop(self) -> None:
        """Connections belong to the loop that opened them: of one that has ended, they are no use.

        Raises RuntimeError when another loop that is running uses them.
        """
        loop = running_loop()
        if self._loop is loop:
            return
        with self._lock:
            if self._loop is not None:
                if self._loop.is_running():
                    raise RuntimeError(TWO_LOOPS)
                self._forget()
            self._loop = loop


class _Connecting:
    """The connecting for a request, of which httpcore's extension `trace` tells.

    It closes the socket of a cancelled handshake, which httpcore leaves to the collector.
    """

    def __init__(self, request: httpx.Request) -> None:
        self._extensions = request.extensions
        self._extensions["trace"] = self
        self._stream: Any = None
        self.is_under_way = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        name, _, state = event.partition(".")[2].partition(".")
        if name in ("connect_tcp", "start_tls"):
            self.is_under_way = state != "complete"
            self._stream = info.get("return_value", self._stream)
            if state == "failed" and self._stream is not None:
                await shield_to_completion(self._stream.aclose())
        elif self._stream is None:  # a connection that was open: there is no more to tell
            self._extensions.pop("trace", None)


async def _discard(outcome: Reply | NoReply) -> None:
    """Close the reply of an abandoned request."""
    if isinstance(outcome, Reply) and outcome.live is not None:
        await outcome.live.aclose()


def _build(
    http: httpx.Client | httpx.AsyncClient,
    request: OutgoingRequest,
    content: Any,
    timeout: httpx.Timeout,
) -> httpx.Request:
    body = request.body
    length = []
    if isinstance(body, MultipartBody) and body.length is not None:
        length.append(("Content-Length", str(body.length)))
    outgoing = http.build_request(
        request.method,
        request.url,
        params=dict(request.query) or None,
        content=content,
        headers=[*request.headers.items(), *request.ids(), *length],
        timeout=timeout,
    )
    # Only here, where no variable holds it: tracebacks may be shown with their variables.
    outgoing.headers["Authorization"] = request.authorization.reveal()
    return outgoing
