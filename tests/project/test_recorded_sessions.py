"""The notebook's and the example application's sessions, recorded through this client, replay."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import AppBuilder
from appbuilder_mock.recording.server import recording
from appbuilder_mock.scenarios import (
    Cut,
    ErrorBody,
    Failed,
    Fault,
    Malformed,
    Match,
    Reply,
    Rule,
    ToolCall,
)

from tests.mock.recording.sessions import comparable, events_of
from tests.mock.wire import Api
from tests.project.test_example_app import WEATHER, chat_of
from tests.project.test_notebook import notebook_program

TOKEN = "your_appbuilder_token"  # what the notebook sets
TIME = re.compile(r"\b1\d{12}\b|log_id='\d+'")


def responses(server: appbuilder_mock.Running) -> list[tuple[str, int, Any]]:
    """Each call that a server received, with its response: a stream as its events.

    Without look-ups of runs: how many there are depends on the time.
    """
    with Api(server.url, server.token) as api:
        received = api.http.get("/_mock/requests").json()["data"]
    return [
        (
            one["operation_id"],
            one["status"],
            list(events_of(one["response"]))
            if isinstance(one["response"], str)
            else comparable({**(one["response"] or {}), "log_id": ""}),
        )
        for one in received
        if one["operation_id"] != "queryRun"
    ]


def check_same(
    first: list[tuple[str, int, Any]], again: list[tuple[str, int, Any]], most: int = 1000
) -> None:
    """Of a stream that broke off, a server may note more events than the client got: at `most`."""
    assert [call[:2] for call in first] == [call[:2] for call in again]
    for (operation, _, one), (_, _, other) in zip(first, again, strict=True):
        if isinstance(one, list):
            shorter = min(len(one), len(other), most)
            assert shorter >= 3
            assert one[:shorter] == other[:shorter]
        else:
            assert one == other, operation


def printed(url: str) -> str:
    """The output of the notebook, without ids and times."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", notebook_program()],
        env={**os.environ, "GATEWAY_URL": url, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return TIME.sub("", str(comparable(done.stdout)))


def test_the_notebook(tmp_path: Path) -> None:
    file = tmp_path / "notebook.yaml"
    with appbuilder_mock.running(token=TOKEN) as server:
        with recording(file, server.url) as url:
            first = printed(url)
        recorded = responses(server)
    with appbuilder_mock.running(token=TOKEN, scenario=file, speed=0) as server:
        again = printed(server.url)
        check_same(recorded, responses(server))
        server.assert_all_played()

    assert again == first
    assert len(recorded) >= 4
    assert TOKEN not in file.read_text(encoding="utf-8")


BUSY = Fault(status=429, retry_after=60, error=ErrorBody("rate_limit", "请求过于频繁"))
LOST = Fault(reset="before_answering")
FIRST = Match(times=1)
THREE = Reply("一二三", chunk_size=1)
SESSIONS: dict[str, list[Rule]] = {
    "pieces": [Rule(reply=Reply(chunks=["您", "好"], chunk_delay=0.01))],
    "tools": [Rule(tool_rounds=WEATHER, reply="天气：{outputs}")],
    "rounds": [Rule(tool_rounds=[*WEATHER, *WEATHER], reply="好")],
    "wrong arguments": [Rule(tool_rounds=[[ToolCall("get_weather", '{"city": ')]], reply="好")],
    "busy": [Rule(match=FIRST, fault=BUSY), Rule(reply="您好")],
    "breaks off": [Rule(reply=THREE, fault=Fault(cut=Cut(after_event=4)))],
    "malformed": [Rule(match=FIRST, reply=THREE, fault=Fault(malformed=Malformed(5)))],
    "tools break off": [
        Rule(match=FIRST, tool_rounds=WEATHER, fault=Fault(cut=Cut(after_event=5)))
    ],
    "outputs are refused": [
        Rule(match=Match(operation="submitToolOutputs", times=1), fault=Fault(status=503)),
        Rule(match=FIRST, tool_rounds=WEATHER),
    ],
    "unreachable": [Rule(match=Match(operation="createMessage", times=1), fault=LOST)],
    "fails": [Rule(partial_reply="一", failed=Failed("server_error", "模型不可用"))],
}


@pytest.mark.parametrize("rules", SESSIONS.values(), ids=SESSIONS)
def test_the_example_application(tmp_path: Path, rules: list[Rule]) -> None:
    """Two questions; what the user reads, and each call with its response and its events.

    After a cut, what the client does depends on whether the run has ended when it looks it up.
    """
    file = tmp_path / "chat.yaml"
    cuts: list[Cut | None] = [rule.fault.cut for rule in rules if rule.fault and rule.fault.cut]
    [cut] = cuts or [None]
    compared = 4 if cut else None  # createAssistant, createThread, createMessage, createRun
    most = cut.after_event if cut and cut.after_event else 1000

    def asked(url: str) -> list[str]:
        with AppBuilder(TOKEN, url) as client:
            chat = chat_of(client)
            return ["".join(chat.ask(question)) for question in ("天气怎么样？", "你好")]

    with appbuilder_mock.running(token=TOKEN, scenario=rules) as server:
        with recording(file, server.url) as url:
            first = asked(url)
        recorded = responses(server)
    with appbuilder_mock.running(token=TOKEN, scenario=file, speed=0) as server:
        again = asked(server.url)
        check_same(recorded[:compared], responses(server)[:compared], most)

    assert again == first or cut
