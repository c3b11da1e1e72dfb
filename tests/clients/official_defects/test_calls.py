"""Defects of the official SDK's calls, fixed: one test for each of them, named after it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    ServerError,
)

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

SECRET = "秘密的令牌".encode().hex()
ASSISTANT = {"id": "a", "object": "assistant", "name": "n", "created_at": 1, "model": "m"}
THREAD = {"id": "t", "object": "thread", "created_at": 1}
REFUSAL = answer({"error": {"code": "invalid_token", "message": "不对"}}, "401 Unauthorized")


def test_no_timeout(harness: ClientHarness, serve: Serve) -> None:
    """A server that never answers does not hold the program: the client gives up in time."""
    server = serve(lambda exchange: not exchange.client_disconnected())
    client = harness.client("k", server.url, timeout=0.2, retry=AT_ONCE)
    began = time.monotonic()

    for call in (client.threads.runs.run, client.threads.runs.cancel):
        with pytest.raises(ApiTimeoutError):
            call("a", "t")

    # One attempt of the run, three of what may be repeated: 0.8 seconds. Without a timeout the
    # server ends the first one after PATIENCE.
    assert time.monotonic() - began < PATIENCE


def test_a_connection_per_call(harness: ClientHarness, serve: Serve) -> None:
    """Calls after one another share one connection, whatever they are."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url)

    for _ in range(5):
        client.threads.runs.query("t", "r")
        client.threads.runs.run("a", "t")

    assert (len(server.exchanges), server.connections) == (10, 1)


def test_one_token_per_process(harness: ClientHarness, serve: Serve) -> None:
    """Two clients have two tokens and two gateways."""
    servers = [serve(lambda exchange: exchange.send(answer(RUN))) for _ in range(2)]
    clients = [harness.client(f"k{number}", server.url) for number, server in enumerate(servers)]

    for client in (*clients, *reversed(clients)):
        client.threads.runs.query("t", "r")

    sent = [[one.headers["authorization"] for one in server.exchanges] for server in servers]
    assert sent == [["Bearer k0"] * 2, ["Bearer k1"] * 2]


def test_no_retry(harness: ClientHarness, serve: Serve) -> None:
    """A look-up outlives a busy server, a limit and a lost connection; a run is never repeated."""
    busy, limit = answer({}, "503 Busy"), answer({}, "429 Too Many", retry_after="0")
    answers = [busy, answer(RUN), limit, answer(RUN), b"", answer(RUN), busy]

    def script(exchange: Exchange) -> bool:
        exchange.send(answers.pop(0))
        return len(answers) != 2  # closes the connection where it has no answer

    server = serve(script)
    runs = harness.client("k", server.url, retry=AT_ONCE).threads.runs

    assert [runs.query("t", "r").id for _ in range(3)] == ["run_1"] * 3
    with pytest.raises(ServerError):
        runs.run("a", "t")
    assert len(server.exchanges) == 7


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_a_body_without_param_turned_into_keyerror(
    harness: ClientHarness, serve: Serve, status: str
) -> None:
    """An error that names no field is that error, without one."""
    body = {"error": {"code": "invalid_request", "message": "不行"}}
    server = serve(lambda exchange: exchange.send(answer(body, status)))

    with pytest.raises(BadRequestError) as caught:
        harness.client("k", server.url).threads.runs.query("t", "r")

    assert (caught.value.code, caught.value.message) == ("invalid_request", "不行")
    assert caught.value.param is None


def test_errors_that_carry_only_a_string(harness: ClientHarness, serve: Serve) -> None:
    """The facts that a program needs for a decision are on the error, each by itself."""
    body = {"error": {"code": "run_not_found", "message": "没有", "param": "run_id"}}
    sent = answer(body, "404 Not Found", x_appbuilder_request_id="req_1", retry_after="3")
    server = serve(lambda exchange: exchange.send(sent))

    with pytest.raises(NotFoundError) as caught:
        harness.client("k", server.url).threads.runs.query("t", "r")

    error = caught.value
    assert (error.status_code, error.code, error.message) == (404, "run_not_found", "没有")
    assert (error.param, error.request_id, error.retry_after) == ("run_id", "req_1", 3.0)
    assert (error.operation, error.method) == ("queryRun", "POST")
    assert error.path == "/v2/threads/runs/query"
    assert len(error.attempts) == 1


def test_thread_metadata_dropped(harness: ClientHarness, serve: Serve) -> None:
    """The caller's fields of a thread are sent, with a run and without."""
    server = serve(lambda exchange: exchange.send(answer({**RUN, **THREAD})))
    threads = harness.client("k", server.url).threads
    asked = {"messages": [{"role": "user", "content": "你好"}], "metadata": {"键": "值"}}

    threads.runs.run("a", thread=asked)
    threads.update("t", {"键": "值"})

    run, update = (exchange.json for exchange in server.exchanges)
    assert run["thread"] == asked
    assert update == {"thread_id": "t", "metadata": {"键": "值"}}


def test_update_overwriting_unnamed_fields(harness: ClientHarness, serve: Serve) -> None:
    """Only the named fields are sent."""
    message = {**THREAD, "thread_id": "t", "role": "user", "content": []}
    server = serve(lambda exchange: exchange.send(answer({**ASSISTANT, **message})))
    client = harness.client("k", server.url)

    client.assistants.update("a", description="新的")
    client.assistants.update("a", tools=[])
    client.threads.messages.update("t", "m", content="新的")

    assert [exchange.json for exchange in server.exchanges] == [
        {"assistant_id": "a", "description": "新的"},
        {"assistant_id": "a", "tools": []},
        {"thread_id": "t", "message_id": "m", "content": "新的"},
    ]


def test_a_closed_list_of_model_names(harness: ClientHarness, serve: Serve) -> None:
    """A model that is new tomorrow can be named and read today."""
    server = serve(lambda exchange: exchange.send(answer({**RUN, **ASSISTANT})))
    client = harness.client("k", server.url)

    made = client.assistants.create("n", model="模型-2031")
    run = client.threads.runs.run("a", "t", model="模型-2031")

    assert [exchange.json["model"] for exchange in server.exchanges] == ["模型-2031"] * 2
    assert (made.model, run.model) == ("m", "m")


def test_null_timestamps_refused(harness: ClientHarness, serve: Serve) -> None:
    """A missing time reads as 0."""
    times = ("created_at", "started_at", "expired_at", "cancelled_at", "failed_at", "completed_at")
    body = {**RUN, **dict.fromkeys(times)}
    page = {"object": "list", "data": [body], "has_more": False, "first_id": None, "last_id": None}
    answers = [body, page]
    server = serve(lambda exchange: exchange.send(answer(answers.pop(0))))
    runs = harness.client("k", server.url).threads.runs

    for run in (runs.query("t", "r"), *runs.list("t").data):
        assert [getattr(run, name) for name in times] == [0] * len(times)


@pytest.mark.parametrize("on_httpx", [False, True], ids=["own", "httpx"])
def test_the_token_in_debug_logs(
    harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture, on_httpx: bool
) -> None:
    """No logger shows it at any level, neither ours nor those below."""
    caplog.set_level(0)
    answers = [answer(RUN), REFUSAL, b""]
    server = serve(lambda exchange: (exchange.send(answers.pop(0)), bool(answers))[1])
    options = {"http_client": harness.http()} if on_httpx else {}
    client = harness.client(SECRET, server.url, **options)

    client.threads.runs.query("t", "r")
    for _ in range(2):
        with pytest.raises((AuthenticationError, ApiConnectionError)):
            client.threads.runs.run("a", "t")

    assert {record.name.partition(".")[0] for record in caplog.records} >= {
        "appbuilder_assistants",
        *(["httpcore", "httpx"] if on_httpx else []),
    }
    assert server.exchanges[0].headers["authorization"] == f"Bearer {SECRET}"
    assert not [r for r in caplog.records if SECRET in f"{r.getMessage()}{r.args}{vars(r)}"]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 x", "307 x", "308 x"])
def test_credentials_sent_along_a_redirect(
    harness: ClientHarness, serve: Serve, status: str
) -> None:
    """Nothing is sent to where a server points, by any kind of call."""
    other = serve(lambda exchange: exchange.send(answer(RUN)))
    server = serve(lambda exchange: exchange.send(answer(b"", status, location=f"{other.url}/v2")))
    client = harness.client("k", server.url, http_client=harness.http(follow_redirects=True))

    for call in (
        lambda: client.threads.runs.query("t", "r"),
        lambda: client.threads.runs.run("a", "t"),
        lambda: list(client.threads.runs.stream_run("a", "t")),
        lambda: client.assistants.files.content("f"),
        lambda: client.assistants.files.create(b"x"),
    ):
        with pytest.raises(ApiStatusError, match="redirects are not followed"):
            call()

    assert (other.exchanges, other.connections) == ([], 0)


IMPORT = """
import logging
before = list(logging.root.handlers), logging.root.level
import appbuilder_assistants
import appbuilder_assistants.assistant
{name}("k", "http://127.0.0.1:9")
assert (list(logging.root.handlers), logging.root.level) == before
for name, logger in logging.Logger.manager.loggerDict.items():
    if name.startswith("appbuilder"):
        shown = [h for h in logger.handlers if not isinstance(h, logging.NullHandler)]
        assert not shown, (name, shown)
        assert logger.level == logging.NOTSET, name
"""


def test_a_log_handler_added_to_stdout_on_import(harness: ClientHarness) -> None:
    """Importing the package and making a client set up no logging and print nothing."""
    name = f"appbuilder_assistants.{harness.client_class.__name__}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore::ResourceWarning", "-c", IMPORT.format(name=name)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
