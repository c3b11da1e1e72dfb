"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mock.server.pytest_runs import pytest_run

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
    assert repr(AppBuilder(appbuilder_mock.token, appbuilder_mock.url)) == repr(appbuilder_client)
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
