"""Calls and answers for the tests of the core, which sends nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from appbuilder_assistants import errors
from appbuilder_assistants._core.calls import Outcome, Reply
from appbuilder_assistants._core.requests import Call, FileCall, Request, StreamCall
from appbuilder_assistants._core.responses.decode import expect_success, parse
from appbuilder_assistants._core.responses.misfit import ModelReader
from appbuilder_assistants.types import StreamRunMessage, StreamRunStatus

REQUEST = Request("POST", "/v2/threads/runs/query", b"{}")


def look_up() -> Call[str]:
    """An idempotent call whose answer is the `id` of an object."""
    return Call(operation="queryRun", request=REQUEST, parse=lambda d: d["id"], idempotent=True)


def create() -> Call[str]:
    """A call that must not be done twice."""
    return Call(operation="createRun", request=REQUEST, parse=lambda d: d["id"], idempotent=False)


def file_call() -> FileCall:
    """A question that a file answers."""
    return FileCall(operation="downloadFile", request=REQUEST, idempotent=True, named=True)


def streamed() -> StreamCall:
    """A run asked for as events."""
    return StreamCall(
        operation="createRun",
        request=REQUEST,
        idempotent=False,
        read_status=ModelReader(lambda: StreamRunStatus),
        read_message=ModelReader(lambda: StreamRunMessage),
    )


def reply(status: int = 200, body: Any = b"", **headers: str) -> Reply:
    """An answer. `body` is bytes, or written as JSON; `retry_after="1"` is a header."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Reply(status, {k.replace("_", "-"): v for k, v in headers.items()}, data)


def failure(outcome: Outcome) -> errors.AssistantsError:
    """The error that an outcome of a look-up comes to."""
    call = look_up()
    with pytest.raises(errors.AssistantsError) as caught:
        parse(call, expect_success(call, outcome))
    return caught.value
