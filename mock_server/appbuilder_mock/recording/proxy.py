"""Forwards requests to a gateway and responses back, each part on arrival."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx
from starlette.types import Message, Receive, Scope, Send

from appbuilder_mock.contract import the_contract
from appbuilder_mock.faults.tcp_connection import connection_of
from appbuilder_mock.recording.exchange import Exchange
from appbuilder_mock.recording.session import Session

OF_THE_CONNECTION = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade"),
}
CONNECT_TIMEOUT = 30  # seconds; how long to wait for a response is up to the client
HERE = ("127.0.0.1", "::1", "localhost")


class Proxy:
    """The application between client and gateway: forwards unchanged, and informs the session."""

    def __init__(self, upstream: str, session: Session) -> None:
        self._upstream = upstream.rstrip("/")
        self._session = session
        self._operations = {one.path: one.id for one in the_contract().operations.values()}
        self._http: httpx.AsyncClient | None = None
        self._writing: set[asyncio.Future[None]] = set()

    async def close(self) -> None:
        """Wait until the file is written."""
        if self._writing:
            await asyncio.wait(self._writing)
        if self._http is not None:
            await self._http.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations.get(scope["path"]) if scope["method"] == "POST" else None
        exchange = self._session.begin(operation or "", time.monotonic())
        names = {name for name, _ in scope["headers"]}
        client = _Client(receive, bool(names & {b"content-length", b"transfer-encoding"}))
        passing = asyncio.ensure_future(self._pass(scope, client, send, exchange))
        gone = asyncio.ensure_future(client.gone())
        try:
            await asyncio.wait({passing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not passing.done():
                exchange.broken = "left"
        finally:
            for task in (passing, gone):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            exchange.ended = time.monotonic()
            writing = asyncio.ensure_future(self._session.finished(exchange))
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)
            await asyncio.shield(writing)

    async def _pass(self, scope: Scope, client: _Client, send: Send, exchange: Exchange) -> None:
        try:
            await self._exchange(scope, client, send, exchange)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            self._session.note(f"a call that could not reach the gateway ({type(error).__name__})")
            exchange.broken = "unreachable"
            await _refuse(send, f"the recorder cannot reach {self._upstream}: {error}")
        except (httpx.TransportError, httpx.InvalidURL) as error:
            is_closed = isinstance(error, httpx.RemoteProtocolError) and exchange.status
            exchange.broken = "closed" if is_closed else "reset"
            connection = connection_of(scope)
            await (connection.hang_up() if is_closed else connection.reset())

    async def _exchange(
        self, scope: Scope, client: _Client, send: Send, exchange: Exchange
    ) -> None:
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if name.decode("latin-1") not in (*OF_THE_CONNECTION, "host", "accept-encoding")
        ]
        self._session.note_headers(headers)
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += f"?{scope['query_string'].decode('latin-1')}"
        request = self._client().build_request(
            scope["method"],
            self._upstream + target,
            # Requested without compression, so that events can be separated without decoding.
            headers=[*headers, (b"accept-encoding", b"identity")],
            content=client.body(exchange.sent) if client.has_body else None,
        )
        response = await self._client().send(request, stream=True)
        try:
            exchange.headers = dict(response.headers.items())
            kept = [
                (name.lower(), value)
                for name, value in response.headers.raw
                if name.decode("latin-1").lower() not in OF_THE_CONNECTION
            ]
            exchange.status = response.status_code
            await send(
                {"type": "http.response.start", "status": response.status_code, "headers": kept}
            )
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                exchange.received(chunk, time.monotonic())
            await send({"type": "http.response.body", "body": b""})
        finally:
            await response.aclose()

    def _client(self) -> httpx.AsyncClient:
        """Made in the event loop that uses it; no proxy stands between here and this machine."""
        if self._http is None:
            self._http = httpx.AsyncClient(
                timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT),
                limits=httpx.Limits(max_connections=None),
                trust_env=urlsplit(self._upstream).hostname not in HERE,
            )
            # Each client has cookies of its own, and sends them itself.
            self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return self._http


class _Client:
    """The client's side of a call: its body, and whether it is still there."""

    def __init__(self, receive: Receive, has_body: bool) -> None:
        self.has_body = has_body
        self._receive = receive
        self._read = asyncio.Event()
        if not has_body:
            self._read.set()

    async def body(self, note: Callable[[bytes], None]) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._read.set()
                return
            chunk = message.get("body", b"")
            more = message.get("more_body", False)
            if not more:
                self._read.set()
            note(chunk)
            if chunk:
                yield chunk

    async def gone(self) -> None:
        """Return when the client has disconnected, after its body."""
        await self._read.wait()
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await self._receive()


async def _refuse(send: Send, message: str) -> None:
    error = {"code": "gateway_unreachable", "message": message, "type": "server_error"}
    body = json.dumps({"error": error}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 502, "headers": headers})
    await send({"type": "http.response.body", "body": body})
