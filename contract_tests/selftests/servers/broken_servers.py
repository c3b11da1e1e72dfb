"""Servers that cannot pass, each broken in one way, to see what the suite says of them."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import appbuilder_mock

from contract_tests.mutants.changes import dumped
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, proxied
from contract_tests.spec import document as spec

UNAUTHORIZED = {"error": {"code": "no_token", "message": "没有令牌", "type": "auth_error"}}


@contextmanager
def stateless(token: str, *, lets_in_anybody: bool = False) -> Iterator[str]:
    """Answers every call with an object of the right form, and remembers nothing."""
    ids = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            operation_id = spec.operations_by_path().get(urlsplit(self.path).path, "")
            number = next(ids)
            right = self.headers.get("Authorization") == f"Bearer {token}"
            authorized = right or lets_in_anybody
            answer = _success(operation_id, number) if authorized else UNAUTHORIZED
            body = dumped(answer).encode()
            self.send_response_only(200 if authorized else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Appbuilder-Request-Id", f"{number:032x}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


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
    """Lets this many requests pass, and then none: each waits until the end, or is cut off."""

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
