"""Runs that go as a scenario says, over the wire."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.scenarios import Failed, Match, Reply, Rule, Scenario, ScenarioError, ToolCall

from tests.mock.process import refused, serving
from tests.mock.scenarios.calls import ROUNDS, TWO_CITIES, asked_for, place, submit
from tests.mock.wire import WEATHER, Api, final_text


def test_a_script_outlives_its_scenario(mock: appbuilder_mock.Running, api: Api) -> None:
    """A run keeps its rule when the scenario is replaced; a new run gets the new one."""
    mock.script(ROUNDS)
    run = api.run()
    mock.script(Rule(reply="另一个"))

    assert final_text(api.run()) == "另一个"
    run = submit(api, submit(api, run, "晴", "雨"), "已发送")
    assert final_text(run).startswith("关于「你好」")


def test_a_script_outlives_its_server(tmp_path: Path) -> None:
    """With a database, a waiting run continues with its second round under the next server."""
    db = tmp_path / "mock.db"
    with (
        appbuilder_mock.running(db=db, scenario=[ROUNDS]) as first,
        Api(first.url, first.token) as api,
    ):
        run = api.run()
    with appbuilder_mock.running(db=db) as second, Api(second.url, second.token) as api:
        run = submit(api, run, "晴", "雨")
        assert asked_for(run)[0]["function"]["name"] == "send_mail"
        assert final_text(submit(api, run, "已发送")).endswith("已发送")


def test_parts_that_a_rule_leaves_out(mock: appbuilder_mock.Running, api: Api) -> None:
    """Rounds without an end give the default answer; an end without rounds asks for no tool."""
    mock.script(Rule(match=Match(text="先问"), tool_rounds=[[ToolCall("查")]]), Rule(reply="直接"))
    run = submit(api, api.run(thread_id=api.thread("先问")), "好")

    assert final_text(run) == '你说:「先问」 You said: "先问"\n工具 查 的结果 Tool result: 好'
    assert final_text(api.run(tools=[WEATHER])) == "直接"


# ── Answers ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reply", "pieces"),
    [
        (Reply(chunks=["再", "", "见 {text}"]), ["再", "", "见 你好"]),
        (Reply("{instructions}，{{你好}}🌏", chunk_size=3), ["简短，", "{你好", "}🌏"]),
        (Reply(""), [""]),
    ],
    ids=["chunks", "chunk_size", "empty"],
)
def test_pieces(mock: appbuilder_mock.Running, api: Api, reply: Reply, pieces: list[str]) -> None:
    """As the reply says, streamed; joined, in the thread."""
    mock.script(Rule(reply=reply))
    received = api.streamed(assistant_id=api.assistant(instructions="简短"))
    run = received[0].data["details"]["run_object"]

    assert [event.text for event in received if event.name == "message"] == pieces
    newest = api.ok("threads/messages/list", thread_id=run["thread_id"])["data"][0]
    assert newest["content"][0]["text"]["value"] == "".join(pieces)


def test_delays(mock: appbuilder_mock.Running, api: Api) -> None:
    """Before the first piece and between pieces the stream is silent: it pings."""
    mock.script(Rule(reply=Reply(chunks=["一", "二"], first_delay=0.3, chunk_delay=0.3)))
    names = [event.name for event in api.streamed()]

    first, second = (index for index, name in enumerate(names) if name == "message")
    assert names[first - 1] == names[second - 1] == "ping"


def test_cancelling_does_not_wait_for_a_delay(mock: appbuilder_mock.Running, api: Api) -> None:
    """Neither before the first piece nor between pieces."""
    mock.script(
        Rule(match=Match(text="早"), reply=Reply("一", first_delay=3600)),
        Rule(reply=Reply(chunks=["一", "二"], chunk_delay=3600)),
    )
    for text in ("早", "晚"):
        with api.stream(thread_id=api.thread(text)) as events:
            last = "message_creation" if text == "早" else "message"
            run = next(events).data["details"]["run_object"]
            next(event for event in events if event.kind == last)
            ended = api.ok("threads/runs/cancel", **place(run), sync=True)
            *_, end = events
        assert ended["status"] == end.data["status"] == "cancelled"


def test_a_server_does_not_wait_for_a_delay() -> None:
    """The server stops, though a client waits for a run that is silent for an hour."""
    slow = [Rule(reply=Reply("一", first_delay=3600))]
    with ThreadPoolExecutor(1) as elsewhere:
        with appbuilder_mock.running(scenario=slow) as server, Api(server.url, server.token) as api:
            body = {"assistant_id": api.assistant(), "thread_id": api.thread("你好")}
            waiting = elsewhere.submit(api.post, "threads/runs", body)
            while not server.state()["threads"][0]["runs"]:
                pass

        assert isinstance(waiting.exception(), httpx.TransportError)


# ── Other ends ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "status", "error"),
    [
        (
            Rule(failed=Failed("server_error", "模型不可用")),
            "failed",
            {"type": "server_error", "message": "模型不可用"},
        ),
        (Rule(expired=True), "expired", None),
    ],
    ids=["failed", "expired"],
)
def test_other_ends(
    mock: appbuilder_mock.Running, api: Api, rule: Rule, status: str, error: Any
) -> None:
    """The answer, the look-up and the stream's end say the same; the thread has no answer."""
    mock.script(rule)
    run = api.run()
    end = api.streamed()[-1].data
    queried = api.ok("threads/runs/query", **place(run))

    assert run["status"] == queried["status"] == end["status"] == status
    assert run["last_error"] == queried["last_error"] == error
    assert end["event_type"] == "run_end"
    assert end["details"]["run_object"]["last_error"] == error
    assert run[f"{status}_at"] > 0
    assert run["final_answer"] is None
    [only] = api.ok("threads/messages/list", thread_id=run["thread_id"])["data"]
    assert only["role"] == "user"


def test_failing_after_tools(mock: appbuilder_mock.Running, api: Api) -> None:
    """The step that asked for tools has ended well."""
    mock.script(Rule(tool_rounds=[TWO_CITIES], failed=Failed("rate_limit_exceeded", "太快")))
    run = submit(api, api.run(), "晴", "雨")

    assert (run["status"], run["last_error"]["message"]) == ("failed", "太快")
    [step] = api.ok("threads/runs/steps/list", **place(run))["data"]
    assert (step["status"], step["last_error"]) == ("completed", None)


# ── Matching ───────────────────────────────────────────────────────────────────────────────────


def test_matching(mock: appbuilder_mock.Running, api: Api) -> None:
    """By the assistant's name, and by the user's text wherever it came from."""
    mock.script(
        Rule(match=Match(assistant="天气助手", regex="京.$"), reply="一"),
        Rule(match=Match(text="北京？"), reply="二"),
    )
    weather = api.assistant(name="天气助手")
    message = {"messages": [{"role": "user", "content": "北京？"}]}

    assert final_text(api.run(assistant_id=weather, thread=message)) == "一"
    assert final_text(api.run(assistant_id=weather, thread_id=api.thread("早", "北京？"))) == "一"
    added = api.run(thread_id=api.thread("早"), thread=message)
    assert final_text(added) == "二"
    assert final_text(api.run(assistant_id=weather)) == '你说:「你好」 You said: "你好"'


def test_continuing_uses_up_no_rule(mock: appbuilder_mock.Running, api: Api) -> None:
    """A tool's output meets no rule about how a run goes."""
    mock.script(
        Rule(match=Match(nth=1), tool_rounds=[[ToolCall("查")]], reply="一"),
        Rule(match=Match(nth=1), reply="二"),
    )
    run = api.run()
    [call] = asked_for(run)
    given = {"tool_call_id": call["id"], "output": "好", "run_id": run["id"]}

    assert final_text(api.run(thread_id=run["thread_id"], tool_output=given)) == "一"
    assert final_text(api.run()) == "二"


# ── Forms of a scenario ────────────────────────────────────────────────────────────────────────

TEXT = "rules:\n  - reply: 照本宣科\n"


def test_given_in_python(tmp_path: Path) -> None:
    """A file, a text, a scenario, a list of rules."""
    file = tmp_path / "场景.yaml"
    file.write_text(TEXT, encoding="utf-8")
    rules = [Rule(reply="照本宣科")]
    for given in (file, TEXT, Scenario(rules), rules):
        with (
            appbuilder_mock.running(scenario=given) as server,
            Api(server.url, server.token) as api,
        ):
            assert final_text(api.run()) == "照本宣科"
            kept = api.http.get("/_mock/scenario").json()
            assert kept == {"scenario": TEXT if given in (file, TEXT) else None, "rules": 1}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("weather.yaml", "give Path('weather.yaml')"),
        (Path("no-such.yaml"), "no-such.yaml: cannot be read: No such file"),
        ("rules:\n  - replay: 一", 'scenario:2:5: rules[0]: unknown key "replay"'),
        ([{}], "rules[0]: expected a Rule"),
    ],
)
def test_wrong_in_python(given: Any, reason: str) -> None:
    """No server starts."""
    with pytest.raises(ScenarioError) as caught, appbuilder_mock.running(scenario=given):
        pass

    assert reason in str(caught.value)


def test_over_http(api: Api) -> None:
    """A posted scenario is played from the next call on, in place of another; and dropped again."""
    for reply in ("一", "二"):
        text = f"rules:\n  - reply: {reply}\n"
        assert api.http.post("/_mock/scenario", content=text.encode()).json()["rules"] == 1
        assert final_text(api.run()) == reply
    assert api.http.delete("/_mock/scenario").status_code == 204
    assert final_text(api.run()).startswith("你说")


def test_on_the_command_line(tmp_path: Path) -> None:
    """--scenario FILE."""
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps({"rules": [{"reply": "照本宣科"}]}), encoding="utf-8")
    with serving("--scenario", file) as server, server.api() as api:
        assert final_text(api.run()) == "照本宣科"
        assert server.stop() == (0, "", "")


def test_a_wrong_file_on_the_command_line(tmp_path: Path) -> None:
    """One line with the place and the reason, exit status 2."""
    file = tmp_path / "weather.yaml"
    file.write_text("rules:\n  - match: {txt: 你好}\n    reply: 晴\n", encoding="utf-8")
    status, out, err = refused("--scenario", file)

    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f'{file}:2:13: rules[0].match: unknown key "txt"; did you mean "text"?' in err
    assert "cannot be read" in refused("--scenario", tmp_path)[2]
