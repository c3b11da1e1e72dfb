"""Files in the format of scenarios, and their schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import appbuilder_mock
import jsonschema_rs
from appbuilder_mock.scenarios import (
    Cut,
    Drip,
    ErrorBody,
    EventEdit,
    Failed,
    Fault,
    InsertedEvent,
    Latency,
    Malformed,
    Match,
    Pause,
    Reply,
    Rule,
    ToolCall,
    ToolRound,
)
from appbuilder_mock.scenarios.yaml_text import read_yaml

SCHEMA = json.loads(
    (Path(appbuilder_mock.__file__).parent / "scenario.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)

TOOLS = """
rules:
  - match: {assistant: 天气助手, regex: 天气|weather, times: 2}
    tool_rounds:
      - - name: get_weather
          arguments: {city: 北京, days: [1, 2.5, null, true]}
        - name: now
      - - {name: send, arguments: '{"to": '}
    reply: {text: "「{text}」: {outputs}", chunk_size: 4, first_delay: 0.2, chunk_delay: 1}
    fault:
      pause: {seconds: 0.5, before_event: 2}
      malformed: {event: 4, raw: "data: {"}
      drip: {bytes: 16, seconds: 0}
      cut: {after_event: 6}
      content_type: text/html
"""
ENDS = """
rules:
  - match: {text: yes, nth: 3}
    failed: {type: server_error, message: 2024-06-01}
  - expired: true
    fault: {reset: before_answering, pause: {seconds: 1}}
  - reply: {chunks: [再, 见]}
  - reply: |
      {{"值": 1}}
    fault: {cut: {after_byte: 0}}
  - match: {}
"""
FAULTS = """
rules:
  - match: {operation: queryRun}
    fault:
      status: 429
      retry_after: 2
      error: {code: 13, message: 限流, type: qps, param: run_id}
  - match: {operation: any}
    fault: {status: 200, body: "<html>", retry_after: "Wed, 21 Oct 2015 07:28:00 GMT"}
  - fault: {status: 599}
  - match: {operation: createThread}
    fault: {reset: before_reading}
"""
CHANCE = """
rules:
  - match: {regex: "去(?P<city>北京|上海)(.*)", probability: 0.25}
    tool_rounds:
      - calls: [{name: now}]
        delay: {min: 0.1, max: 2}
        step_details: {action_info: {toolName: 时钟, actionName: null}}
      - calls: [{name: now}]
    partial_reply:
      chunks: ["去{city}", "{2}"]
      delays: [1, {median: 0.2, p95: 2}]
      step_details: {type: tool_calls, tool_info: []}
    failed: {type: server_error, message: 断了}
    blocking_delay: {min: 1, max: 2}
    fault: {pause: {seconds: {min: 0, max: 1}}}
    events:
      - event: 2
        through: 4
        set: {details.run_object.model: ERNIE, a: [null, {b: "{now}"}]}
        unset: [metadata, details.x]
      - event: 3
        insert:
          - {event: status, data: {event_type: knowledge_begin, ids: ["{run_id} {call_1}"]}}
        drop: true
  - partial_reply: 一
    cancelled: true
"""
READ: dict[str, tuple[Rule, ...]] = {
    TOOLS: (
        Rule(
            match=Match(assistant="天气助手", regex="天气|weather", times=2),
            tool_rounds=[
                [
                    ToolCall("get_weather", {"city": "北京", "days": [1, 2.5, None, True]}),
                    ToolCall("now"),
                ],
                [ToolCall("send", '{"to": ')],
            ],
            reply=Reply("「{text}」: {outputs}", chunk_size=4, first_delay=0.2, chunk_delay=1),
            fault=Fault(
                pause=Pause(0.5, before_event=2),
                malformed=Malformed(4, "data: {"),
                drip=Drip(16, 0),
                cut=Cut(after_event=6),
                content_type="text/html",
            ),
        ),
    ),
    ENDS: (
        Rule(match=Match(text="yes", nth=3), failed=Failed("server_error", "2024-06-01")),
        Rule(expired=True, fault=Fault(reset="before_answering", pause=Pause(1))),
        Rule(reply=Reply(chunks=["再", "见"])),
        Rule(reply='{{"值": 1}}\n', fault=Fault(cut=Cut(after_byte=0))),
        Rule(),
    ),
    FAULTS: (
        Rule(
            match=Match(operation="queryRun"),
            fault=Fault(status=429, retry_after=2, error=ErrorBody(13, "限流", "qps", "run_id")),
        ),
        Rule(
            match=Match(operation="any"),
            fault=Fault(status=200, body="<html>", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        ),
        Rule(fault=Fault(status=599)),
        Rule(match=Match(operation="createThread"), fault=Fault(reset="before_reading")),
    ),
    CHANCE: (
        Rule(
            match=Match(regex="去(?P<city>北京|上海)(.*)", probability=0.25),
            tool_rounds=[
                ToolRound(
                    [ToolCall("now")],
                    delay=Latency(0.1, 2),
                    step_details={"action_info": {"toolName": "时钟", "actionName": None}},
                ),
                [ToolCall("now")],
            ],
            partial_reply=Reply(
                chunks=["去{city}", "{2}"],
                delays=[1, Latency(median=0.2, p95=2)],
                step_details={"type": "tool_calls", "tool_info": []},
            ),
            failed=Failed("server_error", "断了"),
            blocking_delay=Latency(1, 2),
            fault=Fault(pause=Pause(Latency(0, 1))),
            events=[
                EventEdit(
                    2,
                    through=4,
                    set={"details.run_object.model": "ERNIE", "a": [None, {"b": "{now}"}]},
                    unset=["metadata", "details.x"],
                ),
                EventEdit(
                    3,
                    insert=[
                        InsertedEvent(
                            "status",
                            {"event_type": "knowledge_begin", "ids": ["{run_id} {call_1}"]},
                        )
                    ],
                    drop=True,
                ),
            ],
        ),
        Rule(partial_reply="一", cancelled=True),
    ),
}


def data_of(text: str) -> Any:
    """The values that an editor validates by the schema."""
    node = read_yaml(text)
    assert node is not None
    return node.plain()
