"""Programs and tests tried at every fault point."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from appbuilder_mock import Running, running
from appbuilder_mock.scenarios import Rule, ToolCall
from appbuilder_mock.sweep import (
    HUNG,
    LETTERS,
    MISSED,
    ON_EVENTS,
    REPORTED,
    UNKNOWABLE,
    WAITING,
    WHOLE,
    WRONG,
    Point,
    Result,
    sweep,
    table,
)

from tests.mock.recording.sessions import asking
from tests.mock.server.pytest_runs import pytest_run
from tests.mock.wire import Api, final_text

ROOT = Path(__file__).parents[3]
TOOL = [Rule(tool_rounds=[[ToolCall("查")]], reply="{outputs}")]


def run(server: Running) -> str:
    """A blocking run; what goes wrong is raised."""
    with Api(server.url, server.token) as api:
        return final_text(api.run())


def verdicts(results: list[Result]) -> dict[str, str]:
    return {str(one.point): one.verdict for one in results}


def test_a_program_that_raises() -> None:
    """Each call with each kind of fault: its user is informed, or it waits out a silence."""
    found = verdicts(sweep(run, [Rule(reply="好")]))

    assert found == {
        f"{operation} 1: {kind}": REPORTED
        for operation in ("createAssistant", "createRun")
        for kind in ("reset", "429", "500", "silence", "cut", "lost answer")
    }


def test_a_program_that_says_something_false() -> None:
    """An answer that is not the one without a fault, unless it is said to be a message."""

    def program(server: Running) -> str:
        try:
            return run(server)
        except Exception:  # noqa: BLE001 - the program under test is bad
            return "没有答案"

    assert set(verdicts(sweep(program)).values()) == {WRONG}
    assert set(verdicts(sweep(program, reported=lambda said: said == "没有答案")).values()) == {
        REPORTED
    }


def streaming(server: Running, on_failure: Callable[[], Any] = lambda: None) -> str:
    """A streamed run that keeps reading when its output was not accepted."""
    said = ""
    with Api(server.url, server.token) as api, api.stream(**asking("你好")) as received:
        for event in received:
            said += event.text if event.name == "message" else ""
            if event.kind == "run_begin":
                first = event.data["details"]["run_object"]
            if event.kind == "tool_calls":
                [call] = event.data["details"]["tool_calls"]
                outputs = [{"tool_call_id": call["id"], "output": "晴"}]
                place = {"thread_id": first["thread_id"], "run_id": first["id"]}
                try:
                    body = {**place, "tool_outputs": outputs}
                    api.post("threads/runs/submit_tool_outputs", body).raise_for_status()
                except httpx.HTTPError:
                    on_failure()
    return said


def test_a_program_that_hangs() -> None:
    """The program keeps reading without an answer; the sweep ends all the same."""
    points = verdicts(sweep(streaming, TOOL, timeout=2))

    hung = [point for point, verdict in points.items() if verdict == HUNG]
    assert hung == [f"submitToolOutputs 1: {kind}" for kind in ("reset", "429", "500", "silence")]
    assert points["submitToolOutputs 1: lost answer"] == WHOLE


def test_a_program_that_leaves_its_run() -> None:
    """A run that waits for an output; and a run with an id that the program never had."""

    def leave() -> None:
        raise RuntimeError("no answer")

    found = verdicts(sweep(lambda server: streaming(server, leave), TOOL))

    waiting = [point for point, verdict in found.items() if verdict == WAITING]
    assert [point for point in waiting if point.startswith("submit")] == [
        f"submitToolOutputs 1: {kind}" for kind in ("reset", "429", "500", "silence")
    ]
    assert found["createRun 1: lost answer"] == UNKNOWABLE
    assert found["createRun 1 event 1: cut"] == UNKNOWABLE
    assert found["createRun 1 event 3: cut"] == WAITING


@pytest.mark.parametrize("kind", ON_EVENTS)
@pytest.mark.parametrize(
    ("operation", "event", "is_reached"),
    [("createRun", 2, True), ("createRun", 99, False), ("createAssistant", 1, False)],
)
def test_events_that_are_reached(operation: str, event: int, is_reached: bool, kind: str) -> None:
    """Those of a stream; behind its last one, and in a response that is no stream, are none."""
    point = Point(operation, 1, kind, event)
    with running() as server:
        server.inject_fault(point.operation, point.nth, point.fault)
        with suppress(httpx.HTTPError, ValueError):
            streaming(server)

        assert server.has_pending_fault is not is_reached


def test_points_are_named() -> None:
    for text in ("createRun 1: lost answer", "createRun 2 event 13: malformed"):
        assert str(Point.parse(text)) == text
    for text in ("createRun", "createRun 1: fire", "createRun 1 event 2: 429"):
        with pytest.raises(ValueError, match="expected a fault point such as"):
            Point.parse(text)


def test_the_table() -> None:
    results = [
        Result(Point("createRun", 1, "reset"), WHOLE),
        Result(Point("createRun", 1, "cut", 2), WRONG),
    ]

    head, kinds, *rows = table("chat", results)
    assert head == "chat: 2 points, 1 bad"
    assert kinds.strip() == "reset  429  500  silence  cut  lost answer  malformed"
    assert rows[0].split() == ["createRun", "1", "."]
    assert rows[1].split() == ["createRun", "1", "event", "2", "F"]
    assert rows[1].index("F") == kinds.index("cut")


def test_without_a_fault_it_must_succeed() -> None:
    def program(server: Running) -> None:
        raise LookupError("never")

    with pytest.raises(LookupError, match="never"):
        sweep(program)


# ── pytest ─────────────────────────────────────────────────────────────────────────────────────

CHAT = """
import pytest
from appbuilder_mock.scenarios import Rule, ToolCall
import before
import now

CITIES = [[ToolCall("get_weather", {"city": city}) for city in ("北京", "上海")]]


@pytest.mark.appbuilder_sweep(reported="［")
@pytest.mark.parametrize("chat", [before.Chat, now.Chat], ids=["before", "now"])
def test_weather(appbuilder_mock, appbuilder_client, chat):
    appbuilder_mock.script(Rule(tool_rounds=CITIES, reply="天气：{outputs}"))
    asked = chat(appbuilder_client, weather=lambda city: f"{city}晴").ask("天气怎么样？")
    assert "".join(asked) == "天气：北京晴\\n上海晴"


def test_without_a_server():
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["single", "xdist"])
def test_the_example_application(tmp_path: Path, options: tuple[str, ...]) -> None:
    """As it was at 754d8c1, four points left its run waiting for outputs; today none does."""
    before = ROOT / "tests" / "project" / "chat_at_754d8c1.py"
    now = ROOT / "examples" / "testing-your-app" / "chat.py"
    for name, file in (("before", before), ("now", now)):
        (tmp_path / f"{name}.py").write_bytes(file.read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    status, out = pytest_run(tmp_path, CHAT, "--appbuilder-sweep", *options)

    assert (status, "1 failed, 2 passed" in out) == (1, True), out
    assert "test_weather[before]: 71 points, 4 bad" in out
    assert "test_weather[now]: 71 points, 0 bad" in out
    for kind in ("reset", "429", "500", "silence"):
        point = f"submitToolOutputs 1: {kind}"
        assert f"{point}: left a run waiting" in out
        assert f"test_weather[before]' --appbuilder-fault '{point}'" in out


def test_one_point(tmp_path: Path) -> None:
    """Run by itself, it gives the same verdict; a wrong one is refused."""
    test = "def test_it(appbuilder_client):\n    appbuilder_client.threads.create()\n"
    for point, verdict, expected in (
        ("createThread 1: reset", "t", 0),
        ("createThread 2: reset", "?", 0),
        ("createThread: reset", "expected a fault point such as", 4),
    ):
        status, out = pytest_run(tmp_path, test, "--appbuilder-fault", point)
        assert (status, verdict in out) == (expected, True), out
        assert ("1 skipped" in out) == (verdict == "?"), "it has shown nothing"


def test_an_event_that_never_comes(tmp_path: Path) -> None:
    """The point is not reached, as with a call that never comes."""
    test = """
def test_it(appbuilder_client):
    assistant = appbuilder_client.assistants.create(name="天气")
    thread = {"messages": [{"role": "user", "content": "你好"}]}
    with appbuilder_client.threads.runs.stream_run(assistant.id, thread=thread) as stream:
        stream.until_done()
"""
    for event, verdict, outcome in ((2, REPORTED, "1 passed"), (99, MISSED, "1 skipped")):
        point = f"createRun 1 event {event}"
        status, out = pytest_run(tmp_path, test, "--appbuilder-fault", f"{point}: malformed")
        [row] = [line for line in out.splitlines() if line.startswith(f"  {point} ")]
        assert (status, row.split()[-1]) == (0, LETTERS[verdict]), out
        assert outcome in out


def test_a_failed_assertion(tmp_path: Path) -> None:
    """An assertion that fails, without a mark that takes it for a message."""
    test = """
def test_it(appbuilder_client):
    try:
        thread = appbuilder_client.threads.create().id
    except Exception:
        thread = ""
    assert thread.startswith("thread_")
"""
    status, out = pytest_run(tmp_path, test, "--appbuilder-sweep")
    assert (status, "createThread 1: reset: said something false" in out) == (1, True), out
