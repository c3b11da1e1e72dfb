"""`model_dump` and `model_dump_json`, as programs for the official SDK call them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from appbuilder_api.models import AssistantTool, LastError, RunList, RunResult, ToolOutput

RUN: dict[str, Any] = {
    "id": "run_1",
    "object": "thread.run",
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "status": "failed",
    "model": None,
    "required_action": None,
    "tools": [{"type": "function", "function": {"name": "天气", "parameters": {"深": [1]}}}],
    "last_error": {"type": "server_error", "新": "未知"},
    "created_at": 1717645517234,
    "log_id": "日志",
}
ABSENT = {
    "model": "",
    "instructions": "",
    "thought_instructions": "",
    "chat_instructions": "",
    "file_ids": None,
    "final_answer": None,
    "started_at": 0,
    "expired_at": 0,
    "cancelled_at": 0,
    "failed_at": 0,
    "completed_at": 0,
}
FUNCTION = {
    "name": "天气",
    "description": None,
    "parameters": {"深": [1]},
    "responses": None,
    "examples": None,
}


def test_every_field_is_there() -> None:
    """Absent ones as they read, within other objects too; unknown ones are kept."""
    dumped = RunResult.from_dict(RUN).model_dump()

    assert list(dumped)[:6] == [
        "id",
        "object",
        "assistant_id",
        "thread_id",
        "model",
        "instructions",
    ]
    error = dumped.pop("last_error")
    [tool] = dumped.pop("tools")
    function = tool["function"]
    assert error == {"type": "server_error", "message": LastError().message, "新": "未知"}
    assert {name: function[name] for name in FUNCTION if name in function} == {
        name: value for name, value in FUNCTION.items() if name in function
    }
    expected = {k: v for k, v in {**RUN, **ABSENT}.items() if k not in ("tools", "last_error")}
    assert {name: dumped[name] for name in expected} == expected
    assert not any(value for name, value in dumped.items() if name not in expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"exclude_none": True}, {"tool_call_id": "call-1", "output": ""}),
        ({"exclude_defaults": True}, {"tool_call_id": "call-1", "output": ""}),
        ({"include": {"output"}}, {"output": ""}),
        ({"exclude": ["output", "run_id"]}, {"tool_call_id": "call-1"}),
        ({"mode": "json"}, {"tool_call_id": "call-1", "output": "", "run_id": None}),
    ],
)
def test_options(options: dict[str, Any], expected: dict[str, Any]) -> None:
    """Those of pydantic that programs use."""
    assert ToolOutput("call-1", "").model_dump(**options) == expected


def test_options_hold_within_objects() -> None:
    """Of a list, of its items, and of theirs."""
    page = RunList.from_dict({"object": "list", "data": [RUN], "has_more": False})

    dumped = page.model_dump(exclude_none=True)
    came = page.model_dump(exclude_unset=True)

    assert "required_action" not in dumped["data"][0]
    assert "description" not in dumped["data"][0]["tools"][0]["function"]
    assert dumped["data"][0]["started_at"] == 0
    assert came == {
        "object": "list",
        "data": [{**RUN, "model": "", "required_action": None}],
        "has_more": False,
    }


def test_as_json() -> None:
    """Compact or indented; Chinese is not escaped."""
    tool = AssistantTool.from_dict({"type": "function", "function": {"name": "天气"}})

    assert tool.model_dump_json(exclude_none=True) == (
        '{"type":"function","function":{"name":"天气"}}'
    )
    assert tool.model_dump_json(indent=4, exclude_none=True) == (
        '{\n    "type": "function",\n    "function": {\n        "name": "天气"\n    }\n}'
    )
    assert json.loads(RunResult.from_dict(RUN).model_dump_json())["log_id"] == "日志"


def test_a_dump_shares_nothing_known_with_the_object() -> None:
    """Changing it does not change the object."""
    run = RunResult.from_dict(RUN)
    assert run.tools is not None

    run.model_dump()["tools"][0]["function"]["parameters"]["深"].append(2)

    assert run.tools[0].function.parameters == {"深": [1]}
