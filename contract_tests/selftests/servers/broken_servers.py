"""Servers that are broken in one way each, to see the suite's report on them."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import appbuilder_mock

from contract_tests.mutants.changes import made
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, proxied
from contract_tests.spec import document as spec

UNAUTHORIZED = {"error": {"code": "no_token", "message": "没有令牌", "type": "auth_error"}}


@contextmanager
def stateless(token: str, *, lets_in_anybody: bool = False) -> Iterator[str]:
    """Answers every call with an object of the right form, and remembers nothing."""
    ids = itertools.count(1)

    def on_request(request: ProxyRequest) -> ProxyResponse:
        number = next(ids)
        authorized = lets_in_anybody or request.headers.get("authorization") == f"Bearer {token}"
        if not authorized:
            return made(401, UNAUTHORIZED)
        return made(200, _success(request.operation_id, number))

    with proxied("http://no-server-behind", Change(on_request=on_request)) as url:
        yield url


def _success(operation_id: str, number: int) -> dict[str, Any]:
    """The example of the answer in openapi.yaml, with a new id where something is created."""
    content = spec.resolved(spec.operations()[operation_id]["responses"]["200"])["content"]
    examples = content.get("application/json", {}).get("examples", {})
    body = next((dict(spec.resolved(one)["value"]) for one in examples.values()), {})
    if operation_id.startswith("create") and "id" in body:
        prefix, separator, _ = re.split(r"([_-])", str(body["id"]), maxsplit=1)
        body["id"] = f"{prefix}{separator}{number:032x}"
    made: dict[str, Any] = json.loads(json.dumps(body, default=str))
    return made


@dataclass
class Stopping:
    """Answers this many requests; each later one waits until the end, or is cut off."""

    after: int
    hangs: bool = False
    end: threading.Event = field(default_factory=threading.Event)
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def asked(self, request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        if next(self._count) > self.after:
            if self.hangs:
                self.end.wait(600)
            raise ConnectionAbortedError
        return request


@contextmanager
def stopping(token: str, after: int, *, hangs: bool) -> Iterator[str]:
    """A mock that answers so many requests and then none."""
    state = Stopping(after, hangs)
    with (
        appbuilder_mock.running(token=token, seed="stopping") as mock,
        proxied(mock.url, Change(on_request=state.asked)) as url,
    ):
        try:
            yield url
        finally:
            state.end.set()
