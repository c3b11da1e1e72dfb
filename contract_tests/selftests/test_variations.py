"""Servers that keep openapi.yaml otherwise than the mock does pass."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.server.running import Running

from contract_tests.mutants.changes import dumped, made
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send, proxied
from contract_tests.selftests.servers.lenient_server import lenient
from contract_tests.selftests.suite_process import TOKEN, done
from contract_tests.spec import document as spec

pytestmark = pytest.mark.usefixtures("interruptible")

BY_HAND = [
    f"contract_tests/suite/test_{name}.py"
    for name in ("errors", "files", "lifecycle", "objects", "streams")
] + ["contract_tests/suite/test_odd_values.py::test_longest_that_is_allowed"]
GENERATED = (
    "contract_tests/suite/test_operations.py",
    "-k",
    "test_queryThread or test_queryRunStep or test_listRunSteps",
)
TAKES_FILES = ("createAssistant", "updateAssistant", "createMessage", "updateMessage")
UNKNOWN_FILE = {"code": "file_not_found", "message": "没有这个文件", "type": "not_found_error"}


@pytest.mark.parametrize("tests", [BY_HAND, GENERATED], ids=["by-hand", "generated"])
def test_it_passes(tmp_path: Path, tests: tuple[str, ...]) -> None:
    with varied() as (url, service):
        result = done(service, tmp_path, *tests, CONTRACT_TARGET=url, CONTRACT_TOKEN=TOKEN)

        assert result.returncode == 0, result.stdout


def test_open_questions_are_observed(tmp_path: Path) -> None:
    """A server with other answers to open questions passes, and the report has its answers."""
    tests = [*BY_HAND, "contract_tests/suite/test_lists.py"]
    with lenient(TOKEN) as (url, service):
        result = done(service, tmp_path, *tests, CONTRACT_TARGET=url, CONTRACT_TOKEN=TOKEN)

    assert result.returncode == 0, result.stdout
    for question, reading, operation_id in (
        ("bound", "taken", "listAssistants"),
        ("deleted", "taken", "queryThread"),
        ("deleted", "listed", ""),
        ("left-out", "changed", ""),
        ("mounts", "refused", "mountAssistantFile"),
        ("mounts", "taken", "unmountAssistantFile"),
        ("run-state", "taken", "cancelRun"),
        ("run-state", "taken", "createRun"),
        ("run-state", "taken", "submitToolOutputs"),
    ):
        line = rf"(?m)^{question}: {reading}: seen \d+ times.*\b{operation_id}\b"
        assert re.search(line, result.stdout), line


def test_body_may_be_missing(tmp_path: Path) -> None:
    """A request without a body is an open question: its answer is reported, and no failure."""

    def asked(request: ProxyRequest) -> ProxyRequest:
        headers = {**request.headers, "content-type": "application/json"}
        return request if request.body else replace(request, headers=headers, body=b"{}")

    tests = (
        "contract_tests/suite/test_operations.py::test_listAssistants",
        "contract_tests/suite/test_errors.py::test_refused_request_changes_nothing",
        *("-k", "listAssistants"),
    )
    with (
        appbuilder_mock.running(token=TOKEN) as service,
        proxied(service.url, Change(on_request=asked)) as url,
    ):
        result = done(service, tmp_path, *tests, CONTRACT_TARGET=url, CONTRACT_TOKEN=TOKEN)

    assert result.returncode == 0, result.stdout
    assert "no-body: taken: seen" in result.stdout


@contextmanager
def varied() -> Iterator[tuple[str, Running]]:
    """A server with all variations, and the mock behind it."""
    with appbuilder_mock.running(token=TOKEN) as service:
        change = Change(on_request=Files(service.url).looked_up, on_response=Varied().answered)
        with proxied(service.url, change) as url:
            yield url, service


class Files:
    """The files of a server that looks up every file that a request names."""

    def __init__(self, url: str) -> None:
        self._url = url

    def looked_up(self, request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        named = request.json.get("file_ids")
        # The problems of the rest are reported first.
        if request.operation_id in TAKES_FILES and isinstance(named, list) and len(named) <= 10:
            for file_id in named:
                if isinstance(file_id, str) and not self._is_there(file_id, request):
                    return made(200, {"error": UNKNOWN_FILE})
        return request

    def _is_there(self, file_id: str, request: ProxyRequest) -> bool:
        answer = httpx.post(
            self._url + spec.path("queryFile"),
            json={"file_id": file_id},
            headers={"Authorization": request.headers.get("authorization", "")},
        )
        return answer.status_code != 404


class Varied:
    """Errors under status 200, steps without details, an undocumented field, bare types."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def answered(self, request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        if answer.is_stream:
            return replace(answer, headers={**answer.headers, "content-type": "text/event-stream"})
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return answer
        if answer.status in (400, 401, 404, 409, 413, 415):
            return replace(answer, status=200)
        if answer.status != 200 or spec.answers_bytes(request.operation_id):
            return answer
        body: dict[str, Any] = json.loads(answer.body)
        if request.operation_id in ("listRunSteps", "queryRunStep"):
            for step in body.get("data", [body]):
                step["step_datail"] = None
        return replace(answer, body=dumped({**body, "log_id": str(next(self._count))}).encode())
