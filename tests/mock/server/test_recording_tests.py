"""The pytest plugin records tests and replays them, in a pytest of its own."""

from __future__ import annotations

from pathlib import Path

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import Match, Rule, read_scenario

from tests.mock.server.pytest_runs import pytest_run

RECORDED = """
import pytest
from appbuilder_mock.scenarios import Rule


def ask(client, text):
    assistant = client.assistants.create("助手")
    question = {"messages": [{"role": "user", "content": text}]}
    return client.text(client.threads.runs.run(assistant.id, thread=question))


def test_scripted(appbuilder_mock, appbuilder_client):
    appbuilder_mock.script(Rule(reply="晴"))
    assert ask(appbuilder_client, "天气") == "晴"


class TestThem:
    @pytest.mark.parametrize("text", ["你好", "a/b", "a b", "长" * 100])
    def test_each(self, appbuilder_client, text):
        assert text in ask(appbuilder_client, text)


def test_without_a_server():
    pass
"""

REPLAYED = """
import pytest


@pytest.mark.appbuilder_scenario("recordings/test_it/test_scripted.yaml", speed=0)
def test_replayed(appbuilder_mock, appbuilder_client):
    assistant = appbuilder_client.assistants.create("助手")
    question = {"messages": [{"role": "user", "content": "天气"}]}
    run = appbuilder_client.threads.runs.run(assistant.id, thread=question)
    assert appbuilder_client.text(run) == "晴"
    appbuilder_mock.assert_all_played()
"""


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_one_file_a_test(tmp_path: Path, options: tuple[str, ...]) -> None:
    """With the same name each time; a test that plays such a file passes."""
    folder = tmp_path / "recordings" / "test_it"
    names = []
    for _ in "12":
        status, out = pytest_run(tmp_path, RECORDED, "--appbuilder-record", *options)
        assert status == 0, out
        names.append(sorted(path.name for path in folder.iterdir()))

    assert names[0] == names[1]
    assert len(names[0]) == 5
    assert {"test_scripted.yaml", "TestThem-test_each[你好].yaml"} <= set(names[0])
    for name in names[0]:
        [rule] = read_scenario(folder / name).rules
        assert rule.reply is not None
    status, out = pytest_run(tmp_path, REPLAYED, *options)
    assert (status, "1 passed" in out) == (0, True), out


UPSTREAM = """
import pytest


@pytest.mark.appbuilder_scenario("session.yaml", speed=0)
def test_weather(appbuilder_client):
    assistant = appbuilder_client.assistants.create("助手")
    question = {"messages": [{"role": "user", "content": "天气"}]}
    run = appbuilder_client.threads.runs.run(assistant.id, thread=question)
    assert appbuilder_client.text(run) == "大雨"
"""


def test_from_another_gateway(tmp_path: Path) -> None:
    """First there is no file, which the report says; then it is recorded; then it is played."""
    token = "token-of-the-service"
    status, out = pytest_run(tmp_path, UPSTREAM)
    assert status == 1
    assert "session.yaml: cannot be read: No such file or directory; record it with" in out

    with appbuilder_mock.running(
        token=token, scenario=[Rule(match=Match(text="天气"), reply="大雨")]
    ) as gateway:
        recording = ("--appbuilder-record", "--appbuilder-upstream", gateway.url)
        status, out = pytest_run(tmp_path, UPSTREAM, *recording, APPBUILDER_TOKEN="")
        assert (status, "set APPBUILDER_TOKEN" in out) == (1, True), out
        status, out = pytest_run(tmp_path, UPSTREAM, *recording, APPBUILDER_TOKEN=token)
        assert status == 0, out
        gateway.assert_received("createRun", times=1)
    assert token not in (tmp_path / "session.yaml").read_text(encoding="utf-8")

    status, out = pytest_run(tmp_path, UPSTREAM)
    assert status == 0, out


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ("()", 'expected @pytest.mark.appbuilder_scenario("file.yaml", speed=1), got 0 arguments'),
        ('("a.yaml", fast=1)', "got 1 arguments and ['fast']"),
        ('("wrong.yaml")', 'wrong.yaml:1:1: unknown key "rulez"; did you mean "rules"?'),
    ],
)
def test_wrong_marks(tmp_path: Path, mark: str, reason: str) -> None:
    (tmp_path / "wrong.yaml").write_text("rulez: []", encoding="utf-8")
    marked = f"@pytest.mark.appbuilder_scenario{mark}\ndef test_it(appbuilder_mock): pass"
    status, out = pytest_run(tmp_path, f"import pytest\n{marked}\n")

    assert status == 1
    assert reason in out
