"""The handle of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import Reply, Rule, ScenarioError

from tests.mock.wire import Api, final_text


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
