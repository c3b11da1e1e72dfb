"""Hooks that fail, or would never be awaited."""

from __future__ import annotations

import subprocess
import sys

import pytest
from appbuilder_assistants.hooks import HookEvent

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer


def test_a_hook_that_fails(
    harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Its exception does not affect the call, and is logged."""
    events: list[HookEvent] = []

    def broken(event: HookEvent) -> None:
        raise ZeroDivisionError("坏了")

    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url, event_hooks=[broken, events.append])

    assert client.threads.runs.query("t", "r").id == "run_1"
    assert len(events) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    assert "坏了" in caplog.text


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("configured", [False, True], ids=["by default", "configured"])
def test_a_program_with_a_hook_that_fails(
    serve: Serve, asynchronous: bool, configured: bool
) -> None:
    """Nothing is printed unless the program set logging up."""
    url = serve(lambda exchange: exchange.send(answer(RUN))).url
    call = "AppBuilder('k', {url!r}, event_hooks=[hook]).threads.runs.query('t', 'r')"
    if asynchronous:
        call = f"asyncio.run(Async{call})"
    program = (
        "import asyncio, logging\n"
        "from appbuilder_assistants import AppBuilder, AsyncAppBuilder\n"
        f"{'logging.basicConfig()' if configured else ''}\n"
        "def hook(event): raise ZeroDivisionError('坏了')\n"
        f"{call.format(url=url)}\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    assert done.stdout == ""
    if configured:
        assert done.stderr.count("WARNING:appbuilder_assistants:the event hook") == 3
        assert "坏了" in done.stderr
    else:
        assert done.stderr == ""


def test_an_async_hook_is_refused(harness: ClientHarness) -> None:
    """An async hook would never be awaited."""

    async def hook(event: HookEvent) -> None: ...

    with pytest.raises(TypeError, match="a hook is a plain `def`"):
        harness.client("k", event_hooks=[hook])
