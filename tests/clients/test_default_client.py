"""The module object `assistant`: a client made on first use from the environment."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest

from tests.clients.bodies import RUN
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as it is before its first use."""
    import appbuilder_assistants as appbuilder

    monkeypatch.setattr(appbuilder.assistant, "_made", None)
    return appbuilder.assistant


def test_it_is_made_from_the_environment(
    assistant: ModuleType, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is set after the import and before the first use counts."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    monkeypatch.setenv("APPBUILDER_TOKEN", "one")
    monkeypatch.setenv("GATEWAY_URL", server.url)

    assert assistant.threads.runs.query("t", "r").id == "run_1"
    assert assistant.threads is assistant.threads
    assert server.exchanges[0].headers["authorization"] == "Bearer one"


def test_another_token_takes_effect_at_once(
    assistant: ModuleType, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the official SDK; what was fetched before keeps its client."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    monkeypatch.setenv("GATEWAY_URL", server.url)
    monkeypatch.setenv("APPBUILDER_TOKEN", "one")
    before = assistant.threads.runs

    monkeypatch.setenv("APPBUILDER_TOKEN", "two")
    assistant.threads.runs.query("t", "r")
    before.query("t", "r")

    sent = [exchange.headers["authorization"] for exchange in server.exchanges]
    assert sent == ["Bearer two", "Bearer one"]


def test_threads_share_one_client(assistant: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever thread comes first makes it, and makes it once."""
    monkeypatch.setenv("APPBUILDER_TOKEN", "one")
    together = threading.Barrier(8)

    def first_use(_: int) -> object:
        together.wait(30)
        return assistant.threads

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(first_use, range(8)))

    assert len({id(threads) for threads in made}) == 1


def test_no_token(assistant: ModuleType) -> None:
    """The error of a client without a token comes at the first use."""
    with pytest.raises(ValueError, match="export APPBUILDER_TOKEN"):
        _ = assistant.threads


def test_other_names(assistant: ModuleType) -> None:
    """What is not there is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="no attribute 'thread'"):
        _ = assistant.thread
    assert dir(assistant) == ["assistants", "threads"]


def test_it_is_closed_when_the_program_ends(serve: Serve) -> None:
    """A program that never closes it ends without a warning."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    program = (
        "import appbuilder_assistants as appbuilder\n"
        "print(appbuilder.assistant.threads.runs.query('t', 'r').id)\n"
    )

    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program],
        env={**os.environ, "GATEWAY_URL": server.url, "APPBUILDER_TOKEN": "k"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("run_1\n", "")
