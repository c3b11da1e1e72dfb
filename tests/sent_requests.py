"""Every request that the wrapper sends in a test, validated by openapi.yaml before it is sent.

It stands where the driver builds requests, whichever transport sends them and whichever server or
stub is to answer. Requests that a test makes itself are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from appbuilder_assistants import _driver
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._transport.protocols import OutgoingRequest
from appbuilder_assistants._transport.request import build_request
from appbuilder_mock.contract import Operation, the_contract
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.uploads.multipart import Multipart, Part, boundary_of

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
        """Judge a request."""
        operation = operation_of(request)
        if operation is None:
            self.problems.append(f"{request.method} {request.url.path}: no such operation")
            return
        self.operations.append(operation.id)
        self._hold(operation, lambda: check_head(operation, request))
        if operation.validator is not None:
            self._hold(operation, lambda: check_json(operation, request))
        else:
            self._hold(operation, lambda: check_form(request))

    def _hold(self, operation: Operation, check: Callable[[], object]) -> None:
        try:
            check()
        except MockApiError as error:
            self.problems.append(f"{operation.id}: {error}")


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


def check_form(request: httpx.Request) -> None:
    """Raises MockApiError for an upload but of exactly one part, `file`, with a file's name."""
    reader = Multipart(boundary_of(request.headers.get("content-type", "")))
    parts = [one for one in reader.feed(request.read()) if isinstance(one, Part)]
    reader.finish()
    names = [part.name for part in parts]
    if names != ["file"] or parts[0].filename is None:
        raise MockApiError(400, "parts", f"expected one part `file` with a name, got {names}")


@contextmanager
def recording(sent: SentRequests) -> Iterator[None]:
    """While it lasts, every request that the driver builds is looked at."""

    def build_and_look(*args: Any) -> OutgoingRequest:
        request = build_request(*args)
        sent.look_at(as_httpx(request))
        return request

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_driver, "build_request", build_and_look)
        yield


def as_httpx(request: OutgoingRequest) -> httpx.Request:
    """The request, with some bytes in place of an upload's file."""
    body = request.body
    return httpx.Request(
        request.method,
        request.url,
        params=dict(request.query) or None,
        headers={
            **{name: one for name, one in request.headers.items() if name != "Content-Length"},
            "Authorization": request.authorization.reveal(),
        },
        content=body.head + b"..." + body.tail if isinstance(body, MultipartBody) else body,
    )


def complaint(problems: list[str], excuse: str | None) -> str | None:
    """The message for invalid requests of a test; `excuse` is its reason for breaking the spec."""
    if problems and excuse is None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        return f"the wrapper sent what openapi.yaml does not allow:\n{listed}"
    if excuse is not None and not excuse.strip():
        return f"@pytest.mark.{MARK} needs a reason"
    if excuse is not None and not problems:
        return f"nothing that was sent breaks the spec: @pytest.mark.{MARK} is not needed"
    return None
