"""Runs that go as a scenario says, over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.scenarios import Failed, Match, Reply, Rule, Scenario, ScenarioError, ToolCall

from tests.mock.process import refused, serving
from tests.mock.test_streams import counted, order
from tests.mock.wire import WEATHER, Api, Event, final_text, joined

TWO_CITIES = [ToolCall("get_weather", {"city": "北京"}), ToolCall("get_weather", {"city": "上海"})]
ROUNDS = Rule(
    tool_rounds=[TWO_CITIES, [ToolCall("send_mail", '{"to": "broken')]],
    reply="关于「{text}」：{outputs}",
)


@pytest.fixture(scope="module")
def mock() -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running(ping_interval=0.05) as running:
        yield running


@pytest.fixture
def api(mock: appbuilder_mock.Running) -> Iterator[Api]:
    mock.reset()
    mock.script()
    with Api(mock.url, mock.token) as caller:
        yield caller


def asked_for(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls that a run waits for."""
    assert run["status"] == "requires_action", run
    calls: list[dict[str, Any]] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return calls


def place(run: dict[str, Any]) -> dict[str, str]:
    return {"thread_id": run["thread_id"], "run_id": run["id"]}


def submit(api: Api, run: dict[str, Any], *outputs: str) -> dict[str, Any]:
    """Answer all calls the run waits for, in their order."""
    pairs = zip(asked_for(run), outputs, strict=True)
    answers = [{"tool_call_id": call["id"], "output": output} for call, output in pairs]
    return api.ok("threads/runs/submit_tool_outputs", **place(run), tool_outputs=answers)


# ── Tool calls ─────────────────────────────────────────────────────────────────────────────────


def test_several_calls_in_several_rounds(mock: appbuilder_mock.Running, api: Api) -> None:
    """Each round is asked for at once and answered at once; arguments come as they were written."""
    mock.script(ROUNDS)
    run = api.run()
    first = asked_for(run)
    assert [json.loads(call["function"]["arguments"])["city"] for call in first] == ["北京", "上海"]
    assert first[0]["id"] == f"call-{run['thread_id']}-{run['id']}-step-1"
    assert len({call["id"] for call in first}) == 2

    run = submit(api, run, "晴", "雨")
    [mail] = asked_for(run)
    assert mail["function"] == {"name": "send_mail", "arguments": '{"to": "broken'}
    assert mail["id"].endswith("-step-2")

    run = submit(api, run, "已发送")
    assert run["status"] == "completed"
    assert final_text(run) == "关于「你好」：晴\n雨\n已发送"
    answer, second, first_step = api.ok("threads/runs/steps/list", **place(run))["data"]
    assert [step["type"] for step in (first_step, second, answer)] == [
        *("tool_calls", "tool_calls", "message_creation")
    ]
    assert [info["output"] for info in first_step["step_datail"]["tool_info"]] == ["晴", "雨"]
    assert [info["output"] for info in second["step_datail"]["tool_info"]] == ["已发送"]


def test_outputs_one_by_one(mock: appbuilder_mock.Running, api: Api) -> None:
    """With `tool_output` in a second run call, in any order; the run waits for the others."""
    mock.script(ROUNDS)
    run = api.run()
    beijing, shanghai = asked_for(run)

    def answered(call: dict[str, Any], output: str) -> dict[str, Any]:
        given = {"tool_call_id": call["id"], "output": output, "run_id": run["id"]}
        return api.run(thread_id=run["thread_id"], tool_output=given)

    assert asked_for(answered(shanghai, "雨")) == [beijing]
    assert asked_for(api.ok("threads/runs/query", **place(run))) == [beijing]
    [mail] = asked_for(answered(beijing, "晴"))
    assert final_text(answered(mail, "已发送")) == "关于「你好」：晴\n雨\n已发送"


def test_an_output_is_not_taken_twice(mock: appbuilder_mock.Running, api: Api) -> None:
    """Neither one by one nor all at once, and `submit_tool_outputs` takes no half of them."""
    mock.script(ROUNDS)
    run = api.run()
    beijing, shanghai = asked_for(run)
    outputs = [{"tool_call_id": beijing["id"], "output": "晴"}]
    half = api.error("threads/runs/submit_tool_outputs", 400, **place(run), tool_outputs=outputs)
    given = {**outputs[0], "run_id": run["id"]}
    api.run(thread_id=run["thread_id"], tool_output=given)
    body = {"assistant_id": api.assistant(), "thread_id": run["thread_id"]}
    again = api.error("threads/runs", 400, **body, tool_output=given)

    assert shanghai["id"] in half["message"]
    assert again["param"] == "tool_output.tool_call_id"


def test_rounds_within_a_stream(mock: appbuilder_mock.Running, api: Api) -> None:
    """One event asks for a whole round; the stream continues through all of them."""
    mock.script(ROUNDS)
    received: list[Event] = []
    asked: list[list[dict[str, Any]]] = []
    with api.stream() as events:
        for event in events:
            received.append(event)
            if event.kind == "tool_calls":
                calls = event.data["details"]["tool_calls"]
                asked.append(calls)
                outputs = [
                    {"tool_call_id": one["id"], "output": f"第{n}"} for n, one in enumerate(calls)
                ]
                run = received[0].data["details"]["run_object"]
                api.ok("threads/runs/submit_tool_outputs", **place(run), tool_outputs=outputs)

    assert [len(calls) for calls in asked] == [2, 1]
    a_round = ["tool_step_begin", "tool_calls", "tool_submitted_output", "tool_step_end"]
    answer = ["tool_step_begin", "message_creation", "message", "tool_step_end", "run_end"]
    assert order(received) == ["run_begin", *a_round, *a_round, *answer]
    numbers = counted(received)
    assert numbers == list(range(1, len(numbers) + 1))
    submitted = next(event for event in received if event.kind == "tool_submitted_output")
    shown = [one["function"]["output"] for one in submitted.data["details"]["tool_calls"]]
    assert shown == ["第0", "第1"]
    assert joined(received) == "关于「你好」：第0\n第1\n第0"


def test_one_output_of_two_as_a_stream(mock: appbuilder_mock.Running, api: Api) -> None:
    """The new stream begins with the run as it stands and with the call that still waits."""
    mock.script(ROUNDS)
    run = api.run()
    beijing, shanghai = asked_for(run)
    given = {"tool_call_id": beijing["id"], "output": "晴", "run_id": run["id"]}
    with api.stream(thread_id=run["thread_id"], tool_output=given) as events:
        begin, calls = next(events), next(events)

    assert (begin.kind, calls.kind) == ("run_begin", "tool_calls")
    assert begin.data["status"] == calls.data["status"] == "requires_action"
    assert [call["id"] for call in calls.data["details"]["tool_calls"]] == [shanghai["id"]]


def test_a_script_outlives_its_scenario(mock: appbuilder_mock.Running, api: Api) -> None:
    """A run keeps to its rule when the scenario is replaced; a new run meets the new one."""
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


def test_what_a_rule_leaves_out(mock: appbuilder_mock.Running, api: Api) -> None:
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
    """It stops, though a run would be silent for an hour and somebody waits for it."""
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


# ── Which runs ─────────────────────────────────────────────────────────────────────────────────


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


# ── How a scenario is given ────────────────────────────────────────────────────────────────────

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
