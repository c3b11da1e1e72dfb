"""Sessions that were recorded replay event for event, and call for call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import (
    Cut,
    ErrorBody,
    Failed,
    Fault,
    Malformed,
    Match,
    Pause,
    Reply,
    Rule,
    ToolCall,
    read_scenario,
)

from tests.mock.recording.sessions import (
    asking,
    both,
    comparable,
    recorder,
    replayed,
    run_streamed,
)
from tests.mock.scenarios.calls import TWO_CITIES, asked_for, place, submit
from tests.mock.wire import WEATHER, Api, final_text


@pytest.fixture
def upstream() -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running(ping_interval=0.05) as server:
        yield server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "session.yaml"


BROKEN = 'event: message\ndata: {"status": "in_'
STREAMED = {
    "default": Rule(match=Match(nth=99)),
    "pieces": Rule(reply=Reply(chunks=["一", "", "二 {{x}} {text}"])),
    "long": Rule(reply=Reply("长" * 3000, chunk_size=7)),
    "parallel tools": Rule(tool_rounds=[TWO_CITIES, [ToolCall("f", '{"to": ')]], reply="{outputs}"),
    "failed": Rule(partial_reply="一半", failed=Failed("server_error", "断了")),
    "failed after tools": Rule(tool_rounds=[TWO_CITIES], failed=Failed("a", "b")),
    "expired": Rule(expired=True),
    "cancelled": Rule(partial_reply="一半", cancelled=True),
    "cut": Rule(reply=Reply(chunks=["一", "二", "三"]), fault=Fault(cut=Cut(after_event=5))),
    "cut at once": Rule(reply="一", fault=Fault(cut=Cut(after_event=0))),
    "malformed": Rule(
        reply=Reply(chunks=["一", "二"]), fault=Fault(malformed=Malformed(4, BROKEN))
    ),
    "step details": Rule(reply=Reply("一", step_details={"action_info": {"toolName": "查"}})),
}


@pytest.mark.parametrize("rule", STREAMED.values(), ids=STREAMED)
def test_streams(upstream: appbuilder_mock.Running, file: Path, rule: Rule) -> None:
    """Each event with its data, in its order; how the stream ends, too."""
    upstream.script(rule)

    def session(api: Api) -> Any:
        assistant = api.assistant(instructions="简短", model="ERNIE-4.0-8K")
        ask = asking("你好，{世界}")
        return [run_streamed(api, assistant_id=assistant, tools=[WEATHER], **ask) for _ in "12"]

    recorded, again = both(file, upstream, session)
    assert recorded == again
    assert len(recorded[0]) >= 2 or rule is STREAMED["cut at once"]
    assert "Not kept" not in file.read_text(encoding="utf-8") or rule.fault is not None


BLOCKING = {
    **{name: STREAMED[name] for name in ("default", "parallel tools", "failed after tools")},
    "expired": Rule(expired=True),
    "cancelled": Rule(cancelled=True),
}


@pytest.mark.parametrize("rule", BLOCKING.values(), ids=BLOCKING)
def test_blocking_runs(upstream: appbuilder_mock.Running, file: Path, rule: Rule) -> None:
    """Not streamed, with outputs by `submit_tool_outputs`: each answer and each look-up."""
    upstream.script(rule)

    def session(api: Api) -> Any:
        run = api.run(tools=[WEATHER])
        seen = [run]
        while run["status"] == "requires_action":
            run = submit(api, run, *["晴"] * len(asked_for(run)))
            seen += [run, api.ok("threads/runs/query", **place(run))]
        steps = api.ok("threads/runs/steps/list", **place(run))["data"]
        messages = api.ok("threads/messages/list", thread_id=run["thread_id"])["data"]
        return comparable([seen, steps, messages])

    recorded, again = both(file, upstream, session)
    for run in (*recorded[0], *again[0]):
        run.pop("log_id", None)
    assert recorded == again


def test_outputs_one_by_one(upstream: appbuilder_mock.Running, file: Path) -> None:
    """Two parallel calls are one round, whichever is answered first."""
    upstream.script(Rule(tool_rounds=[TWO_CITIES], reply="{outputs}"))

    def session(api: Api) -> str:
        run = api.run()
        for call in asked_for(run)[::-1]:
            given = {"tool_call_id": call["id"], "output": "晴", "run_id": run["id"]}
            run = api.run(thread_id=run["thread_id"], tool_output=given)
        return final_text(run)

    recorded, again = both(file, upstream, session)
    assert recorded == again == "晴\n晴"
    [rule] = read_scenario(file).rules
    assert rule.tool_rounds == (tuple(TWO_CITIES),)


FAULTS = {
    "envelope": Fault(status=429, retry_after=2, error=ErrorBody(13, "限流", "qps", "run_id")),
    "plain": Fault(status=503),
    "under 200": Fault(status=200, error=ErrorBody("QPS", "QPS超限")),
    "other form": Fault(status=200, body='{"code": 18, "msg": "qps"}', retry_after="soon"),
    "page": Fault(status=502, body="<html>坏</html>", content_type="text/html; charset=utf-8"),
    "reset": Fault(reset="before_answering"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_failures(upstream: appbuilder_mock.Running, file: Path, fault: Fault) -> None:
    """The third look-up fails, and the first run: so they do again."""
    upstream.script(
        Rule(match=Match(times=1), fault=fault),
        Rule(match=Match(operation="queryThread", nth=3), fault=fault),
        Rule(match=Match(operation="queryThread", nth=4), fault=fault),
    )

    def session(api: Api) -> Any:
        calls = [("threads/query", {"thread_id": api.thread("你好")})] * 6
        runs = [("threads/runs", {"assistant_id": api.assistant(), **asking("你好")})] * 2
        return [_seen(api, *call) for call in calls + runs]

    recorded, again = both(file, upstream, session)
    assert recorded == again
    assert [one[0] for one in recorded[:6]].count(200) >= 3


def _seen(api: Api, path: str, body: dict[str, Any]) -> tuple[Any, ...]:
    """The outcome of a call, without the texts of a run."""
    try:
        response = api.post(path, body)
    except Exception as error:  # noqa: BLE001 - a reset is what this compares
        return (type(error).__name__,)
    text = "" if '"object"' in response.text else response.text
    kept = ("retry-after", "content-type")
    return response.status_code, text, [response.headers.get(name) for name in kept]


def test_pauses(upstream: appbuilder_mock.Running, file: Path) -> None:
    """The pause before each piece, before a round and of a blocking run; within what was waited."""
    slow = Fault(pause=Pause(0.3))
    chunks = Reply(chunks=["一", "二", "三"], delays=[0.0, 0.3, 0.0])
    upstream.script(Rule(match=Match(text="一块块"), reply=chunks), Rule(reply="一次", fault=slow))
    with recorder(file, upstream.url, upstream.token) as api:
        run_streamed(api, assistant_id=api.assistant(), **asking("一块块"))
        api.run(**asking("一次"))

    first, second = read_scenario(file).rules
    assert first.reply is not None
    delays = first.reply.delays
    assert delays is not None
    assert isinstance(delays[1], float)
    assert isinstance(delays[2], float)
    assert delays[1] >= 0.25 > delays[2]
    assert isinstance(second.blocking_delay, float)
    assert second.blocking_delay >= 0.3


def test_a_run_of_another_text_is_refused(upstream: appbuilder_mock.Running, file: Path) -> None:
    """A replay says which run it did not record; other calls are the mock server's."""
    with recorder(file, upstream.url, upstream.token) as api:
        api.run(**asking("你好"))
    with replayed(file) as api:
        error = api.error("threads/runs", 501, assistant_id=api.assistant(), **asking("你好吗"))
        api.run(**asking("你好"))

    assert 'the nearest is rules[0]: its text is "你好"' in error["message"]
