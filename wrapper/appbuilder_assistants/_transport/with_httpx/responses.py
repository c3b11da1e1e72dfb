"""Responses and failures of httpx's, as the rest of the transport takes them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping

import httpx

from appbuilder_assistants._transport.places import AsyncFairSemaphore, FairSemaphore, Place
from appbuilder_assistants._transport.protocols import Phase, TransportFailure

from .deadline_sockets import ClockedStream, DeadlineTimeout

# httpx looks at a redirect that it does not follow, and lets pass what idna says of its host: a
# UnicodeError. On an event loop it lets pass what ssl says of a record that was damaged.
FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ssl.SSLError)


class Response:
    """A response of httpx's, as `receive` takes it; it keeps its place until it is closed."""

    def __init__(self, response: httpx.Response, places: FairSemaphore) -> None:
        self._response = response
        self._place = Place(places)
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.is_http1 = response.http_version.startswith("HTTP/1")
        # By a transport or a hook of the http_client, which has decompressed it.
        self.is_unpacked = response.is_stream_consumed

    @property
    def is_closed(self) -> bool:
        return self._response.is_closed

    def whole(self) -> bytes | None:
        return None

    def chunks(self) -> Iterator[bytes]:
        try:
            if self.is_unpacked:
                yield self._response.content
            else:
                yield from self._response.iter_raw()
        except FAILURES as error:
            raise failure(error) from error
        finally:
            self.close()

    def keeps_deadline(self) -> bool:
        read = self._response.request.extensions["timeout"]["read"]
        stream = self._response.extensions.get("network_stream")
        return isinstance(read, DeadlineTimeout) and isinstance(stream, ClockedStream)

    def close(self) -> None:
        try:
            self._response.close()
        finally:
            self._place.give_back()


class AsyncResponse:
    """As `Response`."""

    def __init__(self, response: httpx.Response, places: AsyncFairSemaphore) -> None:
        self._response = response
        self._place = Place(places)
        self._has_ended = response.is_stream_consumed
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.is_http1 = response.http_version.startswith("HTTP/1")
        self.is_unpacked = response.is_stream_consumed

    @property
    def is_closed(self) -> bool:
        return self._response.is_closed

    def whole(self) -> bytes | None:
        return None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            if self.is_unpacked:
                yield self._response.content
            else:
                async for chunk in self._response.aiter_raw():
                    yield chunk
            self._has_ended = True
        except FAILURES as error:
            raise failure(error) from error
        finally:
            await self.aclose()
            # httpcore's generators are closed by tasks, which a loop that ends would destroy.
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        try:
            await self._response.aclose()
            stream = self._response.extensions.get("network_stream")
            if stream and self.is_http1 and not self._has_ended:
                # httpcore has closed it, unless a cancelled read cut off its closing.
                await stream.aclose()
        finally:
            self._place.give_back()


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
