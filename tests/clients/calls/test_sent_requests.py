"""The check of the wrapper's requests: it sees each one, and reports violations of the spec."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from appbuilder_assistants import AssistantsError

from tests.clients.bodies import RUN, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer
from tests.sent_requests import MARK, SentRequests, complaint

ROOT = Path(__file__).parents[3]
URL = "http://gateway.example/prefix"
HEADERS = {"Authorization": "Bearer k", "Content-Type": "application/json"}
QUERY_RUN = "/v2/threads/runs/query"
IDS = {"thread_id": "t", "run_id": "r"}
UPLOAD = "/v2/storage/files?purpose=assistant"
FORM = {**HEADERS, "Content-Type": "multipart/form-data; boundary=b"}


def form(disposition: str, end: str = "--b--\r\n") -> bytes:
    return f"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n书\r\n{end}".encode()


def request(path: str, body: object, headers: dict[str, str] = HEADERS) -> httpx.Request:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def pieces() -> Iterator[bytes]:
        yield data[:7]
        yield data[7:]

    content: Any = pieces() if headers is FORM else data
    return httpx.Request("POST", URL + path, content=content, headers=headers)


def problems(asked: httpx.Request) -> list[str]:
    """The problems of a request, once all of it was sent."""
    sent = SentRequests()
    sent.look_at(asked)
    return sent.take()


@pytest.mark.parametrize(
    "asked",
    [
        lambda: request(QUERY_RUN, IDS),
        lambda: request(UPLOAD, form('name="file"; filename="书.txt"'), FORM),
    ],
    ids=["json", "form"],
)
def test_a_valid_request(asked: Callable[[], httpx.Request]) -> None:
    """Nothing is said of it."""
    assert problems(asked()) == []


BROKEN: dict[str, tuple[Callable[[], httpx.Request], str]] = {
    "path": (lambda: request("/v2/threads/runs/ask", IDS), "no such operation"),
    "method": (lambda: httpx.Request("GET", URL + QUERY_RUN), "no such operation"),
    "no body": (lambda: request(QUERY_RUN, b""), "queryRun: the body is not JSON"),
    "not JSON": (lambda: request(QUERY_RUN, b"{"), "queryRun: the body is not JSON"),
    "required field": (lambda: request(QUERY_RUN, {"run_id": "r"}), "queryRun: thread_id: "),
    "type of a field": (lambda: request(QUERY_RUN, {**IDS, "run_id": 5}), "queryRun: run_id: "),
    "field unknown": (
        lambda: request(QUERY_RUN, {**IDS, "run": "r"}),
        "QueryRunRequest has no run",
    ),
    "inner field": (
        lambda: request("/v2/threads", {"messages": [{"role": "user"}]}),
        "createThread: messages[0].content: ",
    ),
    "content type": (
        lambda: request(QUERY_RUN, IDS, {**HEADERS, "Content-Type": "text/plain"}),
        "queryRun: expected a body of type application/json",
    ),
    "token": (
        lambda: request(QUERY_RUN, IDS, {"Content-Type": "application/json"}),
        "queryRun: no Authorization",
    ),
    "query": (lambda: request(QUERY_RUN + "?limit=5", IDS), "queryRun: the query has limit"),
    "form's type": (lambda: request(UPLOAD, IDS), "createFile: expected a body of type multipart"),
    "form's part": (
        lambda: request(UPLOAD, form('name="f"; filename="f"'), FORM),
        "createFile: expected one part `file` with a name, got ['f']",
    ),
    "form's file name": (
        lambda: request(UPLOAD, form('name="file"'), FORM),
        "createFile: expected one part `file` with a name",
    ),
    "form's end": (
        lambda: request(UPLOAD, form('name="file"; filename="f"', ""), FORM),
        "createFile: the multipart body ends before its last boundary",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_request(what: str) -> None:
    """It is reported by operation and field."""
    asked, expected = BROKEN[what]

    (problem,) = problems(asked())

    assert expected in problem


def test_both_clients_are_recorded(
    harness: ClientHarness, serve: Serve, sent_requests: SentRequests
) -> None:
    """Calls, streams and uploads, to any server; but not the requests that a test sends itself."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url)

    client.threads.runs.query("t", "r")
    for call in (
        lambda: client.threads.messages.create("t", "你好", "nobody"),
        lambda: list(stream_of(client)),
        lambda: client.assistants.files.create(b"x", filename="f"),
    ):
        with pytest.raises(AssistantsError):  # the answer is a run
            call()
    httpx.post(server.url + "/v2/nowhere", json={})

    asked = sent_requests.operations
    assert asked[:3] == ["queryRun", "createMessage", "createRun"]
    assert set(asked[3:]) == {"createFile"}
    assert sent_requests.take() == [
        'createMessage: role: expected one of "user", "assistant", got "nobody"'
    ]


SUITE = """
import pytest
from appbuilder_assistants import AppBuilder, AssistantsError, RetryPolicy

def ask(role):
    with AppBuilder("k", "http://127.0.0.1:9", retry=RetryPolicy(attempts=1)) as client:
        with pytest.raises(AssistantsError):
            client.threads.messages.create("t", "hello", role)

def test_valid():
    ask("user")

def test_invalid():
    ask("nobody")

@pytest.mark.sends_invalid_requests("the role is the service's to refuse")
def test_on_purpose():
    ask("nobody")

@pytest.mark.sends_invalid_requests("it once did")
def test_no_longer():
    ask("user")
"""


@pytest.mark.slow
def test_the_test_that_sends_it_fails(tmp_path: Path) -> None:
    """In a pytest of its own: without a word of the test, and only that test."""
    names = "from tests.conftest import _recorded_requests, sent_requests\n"
    (tmp_path / "conftest.py").write_text(names)
    (tmp_path / "test_it.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers = {MARK}\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rE", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "4 passed, 2 errors" in done.stdout, done.stdout
    errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR test_it.py")]
    assert [line.split("::")[1].split()[0] for line in errors] == ["test_invalid", "test_no_longer"]
    assert "createMessage: role: expected one of" in done.stdout


def test_a_mark_gives_its_reason() -> None:
    """Without one it is no excuse."""
    assert complaint(["createRun: …"], "the service is to refuse it") is None
    assert "needs a reason" in str(complaint(["createRun: …"], " "))
