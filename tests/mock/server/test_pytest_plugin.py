"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import Reply, Rule, ScenarioError

from tests.mock.wire import Api, final_text

OFFLINE = '''
import socket

import pytest

connect = socket.socket.connect


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Nothing beyond this machine is called, whatever the environment says."""

    def checked(sock, address):
        assert sock.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), address
        return connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", checked)
'''


def pytest_run(folder: Path, tests: str, *options: str, **environment: str) -> tuple[int, str]:
    """The exit status and output of pytest on these tests, with every warning an error."""
    (folder / "test_it.py").write_text(tests, encoding="utf-8")
    (folder / "conftest.py").write_text(OFFLINE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return done.returncode, done.stdout


# ── In a project of one's own ──────────────────────────────────────────────────────────────────

ASKING = '''
import asyncio

import pytest
from appbuilder_assistants import AppBuilder, NotFoundError, final_text
from appbuilder_mock.scenarios import Rule

seen = []


@pytest.mark.parametrize("number", [1, 2])
def test_sync(appbuilder_mock, appbuilder_client, number):
    """Each test has a server, a state and a token of its own."""
    assert appbuilder_mock.requests == []
    appbuilder_mock.script(Rule(reply="晴"))
    with AppBuilder(appbuilder_mock.token, appbuilder_mock.url) as own:
        assert repr(own) == repr(appbuilder_client), "the same transport, parser and decoder"
    assistant = appbuilder_client.assistants.create("助手")
    question = {"messages": [{"role": "user", "content": "天气"}]}
    run = appbuilder_client.threads.runs.run(assistant.id, thread=question)
    assert final_text(run) == "晴"
    assert appbuilder_mock.token not in str(appbuilder_mock.state()) + repr(appbuilder_mock)
    assert (appbuilder_mock.url, appbuilder_mock.token) not in seen
    seen.append((appbuilder_mock.url, appbuilder_mock.token))


def test_async(appbuilder_mock, async_appbuilder_client):
    """On any event loop, on several one after the other, with calls at once."""

    async def create(count):
        calls = (async_appbuilder_client.assistants.create(f"第{n}") for n in range(count))
        return await asyncio.gather(*calls)

    for count in (1, 5):
        asyncio.run(create(count))
    appbuilder_mock.assert_received("createAssistant", times=6)


def test_async_stream(async_appbuilder_client):
    """A stream that is left in the middle leaves nothing open."""

    async def first_event():
        assistant = await async_appbuilder_client.assistants.create("助手")
        question = {"messages": [{"role": "user", "content": "天气"}]}
        runs = async_appbuilder_client.threads.runs
        async with runs.stream_run(assistant.id, thread=question) as stream:
            async for event in stream:
                return event

    assert asyncio.run(first_event()).event_type == "run_begin"


@pytest.mark.anyio
async def test_anyio(async_appbuilder_client):
    """Under a runner that keeps a loop for the test."""
    with pytest.raises(NotFoundError):
        await async_appbuilder_client.threads.runs.query("thread_0", "run_0")


@pytest.fixture
def anyio_backend():
    return "asyncio"
'''


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_the_fixtures(tmp_path: Path, options: tuple[str, ...]) -> None:
    """They work, with every warning an error, in one process and in several; proxies are unused."""
    proxy = "http://192.0.2.1:9"
    status, out = pytest_run(tmp_path, ASKING, *options, HTTP_PROXY=proxy, http_proxy=proxy)

    assert status == 0, out
    assert "5 passed" in out


FAILING = """
import pytest
from appbuilder_mock.scenarios import Match, Rule


def test_fails(appbuilder_mock, appbuilder_client):
    appbuilder_mock.script(Rule(match=Match(text="天气"), reply="晴"))
    assistant = appbuilder_client.assistants.create("天气助手")
    assert assistant.name == "助手"


@pytest.fixture
def assistant(appbuilder_client):
    appbuilder_client.assistants.create("准备助手")
    raise RuntimeError("not today")


def test_is_not_set_up(assistant):
    pass


def test_passes(appbuilder_client):
    appbuilder_client.assistants.create("无人看见")


def test_is_another():
    assert False
"""


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_failing_test_shows_the_server(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Its requests and its state, also when a fixture failed; and only of tests that failed."""
    status, out = pytest_run(tmp_path, FAILING, "-rA", *options)

    assert status == 1
    assert "2 failed, 1 passed, 1 error" in out
    assert out.count("- appbuilder_mock -") == 2
    assert "scenario: 1 rules" in out
    assert '1 createAssistant 200 {"name": "天气助手"}' in out
    assert '1 createAssistant 200 {"name": "准备助手"}' in out
    assert '"name": "天气助手",\n' in out
    assert "无人看见" not in out.replace(FAILING, "")
    assert "Bearer" not in out


UNUSED = """
import sys


def test_unused():
    heavy = {"starlette", "uvicorn", "httpx", "yaml", "jsonschema_rs", "appbuilder_assistants"}
    assert "appbuilder_mock.pytest_plugin" in sys.modules
    assert sorted(heavy & sys.modules.keys()) == []
    ours = {name for name in sys.modules if name.startswith("appbuilder_mock.")}
    assert ours == {"appbuilder_mock.live_guard", "appbuilder_mock.pytest_plugin"}
"""


def test_unused_it_imports_nothing(tmp_path: Path) -> None:
    """Neither the server nor the client, nor what they need; other plugins are left out here."""
    plugin = ("-p", "appbuilder_mock.pytest_plugin")
    status, out = pytest_run(tmp_path, UNUSED, *plugin, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")

    assert status == 0, out


MISSING = """
import sys


def test_mock(monkeypatch, request):
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    request.getfixturevalue("appbuilder_mock")


def test_client(appbuilder_mock, monkeypatch, request):
    monkeypatch.setitem(sys.modules, "appbuilder_assistants", None)
    request.getfixturevalue("appbuilder_client")


def test_async_client(appbuilder_mock, monkeypatch, request):
    monkeypatch.setitem(sys.modules, "appbuilder_assistants", None)
    request.getfixturevalue("async_appbuilder_client")
"""


def test_missing_packages(tmp_path: Path) -> None:
    """Without the server the fixture fails, without the client it skips; both say why."""
    status, out = pytest_run(tmp_path, MISSING, "-rs")

    assert status == 1
    assert "1 failed, 2 skipped" in out
    wanted = "the fixture appbuilder_mock needs starlette.applications: pip install"
    assert wanted in out
    for name in ("appbuilder_client", "async_appbuilder_client"):
        assert f"the fixture {name} needs appbuilder_assistants" in out


# ── The server in a test's hands ───────────────────────────────────────────────────────────────


def test_assert_received(appbuilder_mock: appbuilder_mock.Running) -> None:
    """It returns the requests it finds; a missing one is reported with all that came."""
    with Api(appbuilder_mock.url, appbuilder_mock.token) as api:
        first = api.assistant(name="天气助手")
        api.run(assistant_id=first)
        api.post("nowhere", {})

    [created] = appbuilder_mock.assert_received("createAssistant", name="天气助手")
    assert (created.operation, created.status) == ("createAssistant", 200)
    assert created.body == {"name": "天气助手"}
    assert created.headers["authorization"] == "Bearer •••"
    appbuilder_mock.assert_received("createRun", times=1)
    appbuilder_mock.assert_received("cancelRun", times=0)
    appbuilder_mock.assert_received("createAssistant", times=0, name="别的")
    assert [one.operation for one in appbuilder_mock.requests] == [
        *("createAssistant", "createRun", None)
    ]

    with pytest.raises(AssertionError) as caught:
        appbuilder_mock.assert_received("createRun", stream=True)
    head, *shown = str(caught.value).splitlines()
    assert head == 'expected createRun with {"stream": true} at least once, got 0. Received:'
    assert shown[0] == '  1 createAssistant 200 {"name": "天气助手"}'
    assert shown[2] == "  3 POST /v2/nowhere 404"
    with pytest.raises(AssertionError, match="expected createRun 2 times, got 1"):
        appbuilder_mock.assert_received("createRun", times=2)
    with pytest.raises(ValueError, match='did you mean "createRun"'):
        appbuilder_mock.assert_received("createRuns")


def test_script(appbuilder_mock: appbuilder_mock.Running, tmp_path: Path) -> None:
    """Rules, or one text or file; a wrong one changes nothing; none plays none."""
    file = tmp_path / "scenario.yaml"
    file.write_text("rules: [{reply: 文件}]", encoding="utf-8")
    with Api(appbuilder_mock.url, appbuilder_mock.token) as api:
        scripts: list[tuple[Any, str]] = [
            (Rule(reply=Reply("规则")), "规则"),
            ("rules: [{reply: 文本}]", "文本"),
            (file, "文件"),
        ]
        for given, answer in scripts:
            appbuilder_mock.script(given)
            assert final_text(api.run()) == answer
        with pytest.raises(ScenarioError, match="unknown key"):
            appbuilder_mock.script("rules: [{replay: 一}]")
        with pytest.raises(TypeError, match="mixture"):
            appbuilder_mock.script(Rule(), file)
        assert final_text(api.run()) == "文件"
        appbuilder_mock.script()
        assert final_text(api.run()).startswith("你说")


def test_state_and_reset(appbuilder_mock: appbuilder_mock.Running) -> None:
    """The state is that of this moment; after a reset there is none, and rules count anew."""
    appbuilder_mock.script("rules: [{match: {nth: 1}, reply: 第一次}]")
    with Api(appbuilder_mock.url, appbuilder_mock.token) as api:
        for _ in range(2):
            assert final_text(api.run()) == "第一次"
            assert len(appbuilder_mock.state()["threads"]) == 1
            appbuilder_mock.reset()
    assert appbuilder_mock.state() == {"assistants": [], "threads": [], "files": []}
    assert appbuilder_mock.requests == []


def test_a_stopped_server() -> None:
    """Asked afterwards, it says so."""
    with appbuilder_mock.running() as server:
        pass
    with pytest.raises(RuntimeError, match="this mock server has stopped"):
        server.state()
