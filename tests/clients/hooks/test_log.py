"""The log: a line for each client, request and retry."""

from __future__ import annotations

import logging
import re
import subprocess
import sys

import pytest
from appbuilder_assistants import AppBuilder, NotFoundError

from tests.clients.bodies import BUSY, RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer, answers


def test_a_lost_answer_that_is_asked_for_again(
    harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The line about a retry has no status then, and the request's own id."""
    caplog.set_level(logging.DEBUG, "appbuilder_assistants")
    sent = [b"", answer(RUN)]
    server = serve(lambda exchange: exchange.send(sent[0]) or bool(sent.pop(0)))

    harness.client("k", server.url, retry=AT_ONCE).threads.runs.query("t", "r")

    [again] = [r.getMessage() for r in caplog.records if "retrying" in r.getMessage()]
    assert again.startswith("queryRun POST /v2/threads/runs/query: no reply, retrying in ")
    assert f"request id {server.exchanges[0].headers['x-appbuilder-request-id']}): " in again
    assert "was cut off" in again


def test_the_log(harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """One line for the client, each request and each retry, at debug, with what one looks for."""
    caplog.set_level(logging.DEBUG, "appbuilder_assistants")
    server = serve(answers(BUSY, answer({}, "404 Not Found", x_appbuilder_request_id="req_2")))

    with pytest.raises(NotFoundError):
        harness.client("k", server.url, retry=AT_ONCE).threads.runs.query("t", "r")

    lines = [r.getMessage() for r in caplog.records if r.name == "appbuilder_assistants"]
    assert {r.levelname for r in caplog.records if r.name == "appbuilder_assistants"} == {"DEBUG"}
    made, first, again, second = lines
    name = harness.client_class.__name__
    assert made.startswith(f"a client was made: {name}(gateway_url='{server.url}', transport=")
    assert first.startswith("queryRun POST /v2/threads/runs/query: 503 in ")
    assert " ms (attempt 1, request id " in first
    request_id = re.search("request id ([0-9a-f-]+)", first)
    assert request_id is not None
    assert again.startswith("queryRun POST /v2/threads/runs/query: 503, retrying in 0.0 ms (")
    assert f"(attempt 1, request id {request_id[1]}): 503: no error object" in again
    assert second.startswith("queryRun POST /v2/threads/runs/query: 404 in ")
    assert "request id req_2" in second


@pytest.mark.parametrize(
    ("level", "shown"), [("debug", True), ("DEBUG", True), ("warning", False), ("", False)]
)
def test_the_variable_turns_it_on(serve: Serve, level: str, shown: bool) -> None:
    """APPBUILDER_LOG=debug shows it on standard error, once; by default there is silence."""
    url = serve(lambda exchange: exchange.send(answer(RUN))).url
    program = (
        "from appbuilder_assistants import AppBuilder\n"
        f"for _ in range(2): client = AppBuilder('secret-key', {url!r})\n"
        "client.threads.runs.query('t', 'r')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"APPBUILDER_LOG": level, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    assert done.stdout == ""
    assert done.stderr.count("queryRun POST") == int(shown)
    assert "secret-key" not in done.stderr
    assert bool(done.stderr) is shown


def test_an_unknown_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable and the levels there are."""
    monkeypatch.setenv("APPBUILDER_LOG", "loud")

    with pytest.raises(ValueError, match=r"APPBUILDER_LOG: expected one of debug, .*'loud'"):
        AppBuilder("k")
