"""Responses and failures of httpx's, as the rest of the transport takes them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from appbuilder_assistants._transport.cancellation import shield_to_completion, uncut
from appbuilder_assistants._transport.places import AsyncFairSemaphore, FairSemaphore
from appbuilder_assistants._transport.protocols import Phase, TransportFailure

from .deadline_sockets import ClockedStream, DeadlineTimeout

# httpx looks at a redirect that it does not follow, and lets pass what idna says of its host: a
# UnicodeError. On an event loop it lets pass what ssl says of a record that was damaged.
FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ssl.SSLError)


class HttpxResponse:
    """A response of httpx's, which keeps its place until it is closed."""

    def __init__(
        self, response: httpx.Response, places: FairSemaphore | AsyncFairSemaphore
    ) -> None:
        self._response = response
        self._places: FairSemaphore | AsyncFairSemaphore | None = places
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.is_http1 = response.http_version.startswith("HTTP/1")
        # By a transport or a hook of the http_client, which has decompressed it.
        self.is_unpacked = response.is_stream_consumed

    @property
    def is_closed(self) -> bool:
        return self._places is None

    def whole(self) -> bytes | None:
        return None

    def give_back(self) -> None:
        """Give the place back, once."""
        places, self._places = self._places, None
        if places is not None:
            places.release()


class Response(HttpxResponse):
    """For threads."""

    def __init__(self, response: httpx.Response, places: FairSemaphore) -> None:
        super().__init__(response, places)
        self._chunks = response.iter_bytes() if self.is_unpacked else response.iter_raw()

    def chunk(self) -> bytes:
        chunk = b""
        try:
            chunk = next(self._chunks, b"")
        except FAILURES as error:
            raise failure(error) from error
        finally:
            if not chunk:
                self.close()
        return chunk

    def keeps_deadline(self) -> bool:
        read = self._response.request.extensions["timeout"]["read"]
        stream = self._response.extensions.get("network_stream")
        return isinstance(read, DeadlineTimeout) and isinstance(stream, ClockedStream)

    def close(self) -> None:
        try:
            self._response.close()
        finally:
            self.give_back()

    def abandon(self) -> None:
        # Closing takes a lock of httpcore's, which this thread may hold.
        if not self.is_closed:
            with suppress(RuntimeError):  # the program ends
                threading.Thread(target=self.close, daemon=True).start()


class AsyncResponse(HttpxResponse):
    """For asyncio."""

    def __init__(self, response: httpx.Response, places: AsyncFairSemaphore) -> None:
        super().__init__(response, places)
        self._chunks: Any = response.aiter_bytes() if self.is_unpacked else response.aiter_raw()

    async def chunk(self) -> bytes:
        chunk = b""
        try:
            chunk = await uncut(anext(self._chunks, b""))
        except FAILURES as error:
            raise failure(error) from error
        finally:
            if not chunk:
                await uncut(self._close())
        return chunk

    async def aclose(self) -> None:
        if not self.is_closed:
            await shield_to_completion(self._close())

    async def _close(self) -> None:
        try:
            await self._response.aclose()
            with suppress(RuntimeError):  # another task reads, and sees the end itself
                await self._chunks.aclose()
        finally:
            self.give_back()


def failure(error: Exception) -> TransportFailure:
    """The failure that an error of httpx means."""
    timed_out = isinstance(error, httpx.TimeoutException)
    return TransportFailure(_phase(error), str(error), timed_out=timed_out)


def _phase(error: Exception) -> Phase:
    if isinstance(error, httpx.PoolTimeout):
        return "pool"
    if isinstance(
        error,
        (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol),
    ):
        return "connect"
    return "write" if isinstance(error, httpx.WriteTimeout) else "read"
