"""A client of a server that gives every call the same response."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import AssistantsError, RetryPolicy

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.operations import OPERATIONS
from tests.fuzz.answers import right_answers
from tests.generated.spec import OPERATIONS as SPECIFIED

ONCE = RetryPolicy(attempts=1)
JSON_CALLS = [name for name, operation in OPERATIONS.items() if operation.kind in ("json", "pages")]
STREAMS = [name for name, operation in OPERATIONS.items() if operation.kind == "stream"]

ERROR = {"error": {"code": "no_such_thing", "message": "没有", "type": "t", "param": "名"}}
PING = b"event: ping\ndata: \n\n"
HTML = b"<!doctype html>\n<title>\xe7\xbd\x91\xe5\x85\xb3</title>"


class Asked:
    """A client of a server that gives the same response to every request."""

    def __init__(self, harness: ClientHarness, serve: Serve, folder: Path) -> None:
        self.sent = b""
        self.hang_up = False
        server = serve(lambda exchange: (exchange.send(self.sent), not self.hang_up)[1])
        self._client = harness.client("k", server.url, retry=ONCE, rate_limit=math.inf)
        self._folder = folder

    def answer(self, name: str, sent: bytes) -> Any:
        """The result of a call."""
        self.sent = sent
        return OPERATIONS[name].call(self._client, self._folder)

    def failure(self, name: str, sent: bytes) -> Any:
        """The error that a call comes to; it says where it comes from."""
        with pytest.raises(AssistantsError) as caught:
            self.answer(name, sent)
        error = caught.value
        operation_id = OPERATIONS[name].operation_id
        path = SPECIFIED[operation_id]["path"]
        assert (error.operation, error.method, error.path) == (operation_id, "POST", path)
        assert list(self._folder.iterdir()) == []
        return error


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def right_answer(name: str) -> dict[str, Any]:
    """The spec's example."""
    value: dict[str, Any] = right_answers(OPERATIONS[name].operation_id)[0]
    return value
