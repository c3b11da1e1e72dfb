"""Every request that the wrapper sends in a test, held to openapi.yaml while it is sent.

It stands at httpx's `send`, where every request of the wrapper passes, whichever server or stub is
to answer. Requests that a test makes with httpx itself are not looked at.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from appbuilder_mock.contract import Operation, the_contract
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.uploads.multipart import Multipart, Part, boundary_of

WRAPPER = "appbuilder_assistants."
MARK = "sends_invalid_requests"
"""Marks a test that sends what breaks the spec on purpose; its argument says why."""


class SentRequests:
    """The requests since the last call."""

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.problems: list[str] = []

    def take(self) -> list[str]:
        """The problems of the requests, which are forgotten."""
        problems = self.problems
        self.operations, self.problems = [], []
        return problems

    def look_at(self, request: httpx.Request) -> None:
        """Judge a request; one whose body is read piece by piece, when that has ended."""
        operation = operation_of(request)
        if operation is None:
            self.problems.append(f"{request.method} {request.url.path}: no such operation")
            return
        self.operations.append(operation.id)
        self._hold(operation, lambda: check_head(operation, request))
        if operation.validator is not None:
            self._hold(operation, lambda: check_json(operation, request))
        else:
            self._hold(operation, lambda: self._follow(operation, request))

    def _hold(self, operation: Operation, check: Callable[[], object]) -> None:
        try:
            check()
        except MockApiError as error:
            self.problems.append(f"{operation.id}: {error}")

    def _follow(self, operation: Operation, request: httpx.Request) -> None:
        form = Form(request.headers.get("content-type", ""))

        def sent(chunk: bytes | None) -> None:
            self._hold(operation, lambda: form.feed(chunk))

        kind = Followed if isinstance(request.stream, httpx.SyncByteStream) else AsyncFollowed
        request.stream = kind(request.stream, sent)


def operation_of(request: httpx.Request) -> Operation | None:
    """By method and path; a gateway may have a path of its own before it."""
    for operation in the_contract().operations.values():
        if request.method == "POST" and request.url.path.endswith(operation.path):
            before = request.url.path.removesuffix(operation.path)
            if not before.startswith("/v2"):
                return operation
    return None


def check_head(operation: Operation, request: httpx.Request) -> None:
    """Raises MockApiError for what the spec does not have."""
    if not request.headers.get("authorization"):
        raise MockApiError(401, "no_token", "no Authorization")
    query = dict(request.url.params)
    the_contract().query(operation.id, query)
    known = {one["name"] for one in entry(operation).get("parameters", ())}
    if unknown := query.keys() - known:
        raise MockApiError(400, "unknown", f"the query has {', '.join(sorted(unknown))}")


def check_json(operation: Operation, request: httpx.Request) -> None:
    """Raises MockApiError for a body that breaks a rule or has a field that the spec lacks."""
    kind = request.headers.get("content-type", "")
    body = the_contract().body(operation.id, kind, request.content)
    schema = entry(operation)["requestBody"]["content"]["application/json"]["schema"]
    name = schema["$ref"].rsplit("/", 1)[-1]
    known = the_contract().document["components"]["schemas"][name]["properties"]
    if unknown := body.keys() - known.keys():
        raise MockApiError(400, "unknown", f"{name} has no {', '.join(sorted(unknown))}")


def entry(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = the_contract().document["paths"][operation.path]["post"]
    return found


class Form:
    """The body of an upload while it is sent: exactly one part, `file`, with a file's name."""

    def __init__(self, content_type: str) -> None:
        self._reader = Multipart(boundary_of(content_type))
        self._parts: list[Part] = []

    def feed(self, chunk: bytes | None) -> None:
        """The next piece; None is the end. Raises MockApiError."""
        if chunk is not None:
            self._parts += [one for one in self._reader.feed(chunk) if isinstance(one, Part)]
            return
        self._reader.finish()
        names = [part.name for part in self._parts]
        if names != ["file"] or self._parts[0].filename is None:
            raise MockApiError(400, "parts", f"expected one part `file` with a name, got {names}")


class Followed(httpx.SyncByteStream):
    """A body that reports each piece when it is taken."""

    def __init__(self, stream: Any, sent: Callable[[bytes | None], None]) -> None:
        self._stream = stream
        self._sent = sent

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._sent(chunk)
            yield chunk
        self._sent(None)

    def close(self) -> None:
        self._stream.close()


class AsyncFollowed(httpx.AsyncByteStream):
    """As `Followed`, on an event loop."""

    def __init__(self, stream: Any, sent: Callable[[bytes | None], None]) -> None:
        self._stream = stream
        self._sent = sent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._sent(chunk)
            yield chunk
        self._sent(None)

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def watched(sent: SentRequests) -> Iterator[None]:
    """While it lasts, every request of the wrapper is looked at before httpx sends it."""
    with _patched(httpx.Client, sent), _patched(httpx.AsyncClient, sent):
        yield


@contextmanager
def _patched(client: Any, sent: SentRequests) -> Iterator[None]:
    send = client.send

    @functools.wraps(send)
    def look_and_send(self: Any, request: httpx.Request, **options: Any) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if caller.startswith(WRAPPER):
            sent.look_at(request)
        return send(self, request, **options)

    client.send = look_and_send
    try:
        yield
    finally:
        client.send = send


def complaint(problems: list[str], excuse: str | None) -> str | None:
    """Why a test fails for what it sent; `excuse` is the reason it gave for breaking the spec."""
    if problems and excuse is None:
        told = "\n".join(f"  {problem}" for problem in problems)
        return f"the wrapper sent what openapi.yaml does not allow:\n{told}"
    if excuse is not None and not excuse.strip():
        return f"@pytest.mark.{MARK} needs a reason"
    if excuse is not None and not problems:
        return f"nothing that was sent breaks the spec: @pytest.mark.{MARK} is not needed"
    return None
