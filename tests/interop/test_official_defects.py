"""The official client's behaviour in calls that go wrong.

Each test here pins a defect down that `tests/clients/official_defects` has under the same
name, where it shows the better behaviour. When one fails, the defect has been mended.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pydantic
import pytest
from appbuilder.core import _exception as official_errors

from tests.clients.bodies import RUN
from tests.clients.raw_server import Exchange, RawServer, answer, raw_server
from tests.interop.official import api

Serve = Callable[[Callable[[Exchange], object]], RawServer]
SECRET = "秘密的令牌".encode().hex()
THREAD = {"id": "t", "object": "thread", "created_at": 1}


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Point the official client at a server of raw bytes."""
    with ExitStack() as stack:

        def start(script: Callable[[Exchange], object]) -> RawServer:
            server = stack.enter_context(raw_server(script))
            monkeypatch.setenv("GATEWAY_URL", server.url)
            monkeypatch.setenv("APPBUILDER_TOKEN", SECRET)
            return server

        yield start


def sending(*bodies: bytes) -> Callable[[Exchange], object]:
    """Send one after the other, and the last for ever; hang up behind each."""
    remaining = list(bodies)
    return lambda exchange: (
        exchange.send(remaining.pop(0) if len(remaining) > 1 else remaining[0]),
        False,
    )[1]


def test_no_timeout(serve: Serve) -> None:
    """A server that is silent is waited for, for as long as the test lets it."""
    go = threading.Event()
    serve(lambda exchange: (go.wait(10), exchange.send(answer(THREAD)), False)[2])
    done = threading.Event()

    thread = threading.Thread(target=lambda: (api.threads.query("t"), done.set()))
    thread.start()
    gave_up = done.wait(1.0)
    go.set()
    thread.join(10)

    assert not gave_up
    assert done.is_set()


def test_a_connection_per_call(serve: Serve) -> None:
    """The connection is kept open by the server, and not used again."""
    server = serve(lambda exchange: exchange.send(answer(THREAD)))

    for _ in range(3):
        api.threads.query("t")

    assert server.connections == 3


def test_no_retry(serve: Serve) -> None:
    """A look-up fails at the first busy answer."""
    server = serve(sending(answer({}, "503 Busy"), answer(THREAD)))

    with pytest.raises(official_errors.BaseRPCException):
        api.threads.query("t")

    assert len(server.exchanges) == 1


def test_a_body_without_param_turned_into_keyerror(serve: Serve) -> None:
    """An error that names no field is a KeyError."""
    serve(sending(answer({"error": {"code": "x", "message": "不行", "type": "t"}})))

    with pytest.raises(KeyError):
        api.threads.query("t")


def test_a_401_during_content_reported_as_filenotfounderror(serve: Serve) -> None:
    """A wrong token is a file that is not there."""
    serve(sending(answer({"error": {"code": "invalid_token"}}, "401 Unauthorized")))

    with pytest.raises(FileNotFoundError):
        api.assistants.files.content("f")


def test_update_overwriting_unnamed_fields(serve: Serve) -> None:
    """Renaming a message's text removes its files."""
    message = {**THREAD, "thread_id": "t", "role": "user", "content": []}
    server = serve(sending(answer(message)))

    api.threads.messages.update("t", "m", content="新的")

    assert server.exchanges[0].json["file_ids"] == []


def test_null_timestamps_refused(serve: Serve) -> None:
    """An event that has not happened must have a time."""
    run = {**RUN, "model": "", "instructions": "", "started_at": None}
    serve(sending(answer(run)))

    with pytest.raises(pydantic.ValidationError, match="started_at"):
        api.threads.runs.query("r", "t")


def test_the_token_in_debug_logs(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """It is in a record that anyone may read."""
    serve(sending(answer(THREAD)))
    logger = logging.getLogger("appbuilder")
    for name in [n for n in logging.root.manager.loggerDict if "appbuilder" in n]:
        logging.getLogger(name).addHandler(caplog.handler)
        caplog.set_level(logging.DEBUG, name)

    api.threads.query("t")
    logger.removeHandler(caplog.handler)

    assert SECRET in caplog.text


def test_credentials_sent_along_a_redirect(serve: Serve) -> None:
    """Its own header goes to wherever the server says."""
    other = serve(sending(answer(THREAD)))
    location = f"{other.url.replace('127.0.0.1', 'localhost')}/v2/threads/query"
    serve(sending(answer(b"", "307 Temporary Redirect", location=location)))

    api.threads.query("t")

    assert SECRET in other.exchanges[0].headers["x-appbuilder-authorization"]


def test_a_log_handler_added_to_stdout_on_import() -> None:
    """Importing is enough."""
    program = (
        "import logging, sys, appbuilder\n"
        "loggers = map(logging.getLogger, logging.root.manager.loggerDict)\n"
        "print([1 for l in loggers for h in l.handlers if getattr(h, 'stream', 0) is sys.stdout])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "APPBUILDER_TOKEN": "k"},
        check=True,
    )

    assert "1" in done.stdout.splitlines()[-1]
