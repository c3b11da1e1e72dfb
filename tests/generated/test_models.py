"""Models as a user meets them: building, changing, comparing, printing."""

from __future__ import annotations

import inspect
import json
import re
import weakref
from pathlib import Path
from types import MappingProxyType
from typing import Any

import appbuilder_api
import attrs
import pytest
from appbuilder_api.models import (
    AssistantContent,
    AssistantFunction,
    AssistantText,
    AssistantTool,
    FinalAnswerMessage,
    LastError,
    RunList,
    RunResult,
    ToolOutput,
)

RUN: dict[str, Any] = {
    "id": "run_1",
    "object": "run.result",
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "status": "completed",
    "created_at": 1717645517234,
    "log_id": "日志",
}


def test_the_constructor() -> None:
    """It has every field, in order, with its default and type, and refuses what does not fit."""
    signature = inspect.signature(LastError)

    assert str(signature).startswith("(type: ")
    assert [*signature.parameters] == ["type", "message", "additional_properties"]
    assert signature == inspect.signature(LastError.__init__).replace(
        parameters=[*inspect.signature(LastError.__init__).parameters.values()][1:]
    )
    assert RunResult("r", "run.result", "a", "t", status="failed").created_at == 0
    with pytest.raises(
        TypeError, match=r"^RunResult.__init__\(\) missing 1 .* argument: 'status'$"
    ):
        RunResult("r", "run.result", "a", "t")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'statuss'"):
        RunResult("r", "run.result", "a", "t", "failed", statuss=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        LastError("t").messages = "错"  # type: ignore[attr-defined]


def test_a_model_as_attrs_sees_it() -> None:
    """Its fields with types and defaults; and a class that derives from one by attrs."""

    @attrs.define(eq=False, repr=False)
    class Marked(LastError):
        mark: str = "新"

    fields = attrs.fields_dict(LastError)

    assert [*fields] == ["additional_properties", "type", "message"]
    assert fields["message"].default == LastError("t").message
    assert fields["message"].type
    assert attrs.evolve(Marked("t", "错", "旧"), type="u").mark == "旧"
    assert Marked("t").to_dict() == {"type": "t"}
    assert weakref.ref(error := LastError("t"))() is error
    assert attrs.has(LastError)


def test_a_model_is_matched_by_position() -> None:
    """As attrs arranges it."""
    match LastError("server_error", "错"):
        case LastError(kind, message):
            assert (kind, message) == ("server_error", "错")


def test_unknown_fields_are_kept() -> None:
    """They are reachable, written back, and of no weight in a comparison."""
    run = RunResult.from_dict(RUN)

    assert run.additional_properties == {"log_id": "日志"}
    assert run.to_dict()["log_id"] == "日志"
    assert "log_id" not in repr(run)
    assert run == RunResult.from_dict({**RUN, "log_id": "another"})


def test_changed_fields_are_written() -> None:
    """A change wins over what was read: to another value, from null, to None, deep inside."""
    run = RunResult.from_dict(
        {
            **RUN,
            "model": None,
            "tools": [{"type": "function", "function": {"name": "天气", "seen": 1}}],
            "file_ids": ["file-1"],
        }
    )
    assert run.tools is not None

    run.status, run.model, run.file_ids, run.failed_at = "failed", "ERNIE", None, 5
    run.tools[0].function.name = "温度"
    run.last_error = LastError("server_error", "模型服务超时")

    assert run.to_dict() == {
        **RUN,
        "status": "failed",
        "model": "ERNIE",
        "tools": [{"type": "function", "function": {"name": "温度", "seen": 1}}],
        "file_ids": None,
        "failed_at": 5,
        "last_error": {"type": "server_error", "message": "模型服务超时"},
    }


def test_null_is_not_the_default() -> None:
    """A field that may be null and has a default can be changed from each to the other."""
    page = RunList.from_dict({"object": "list", "data": [], "has_more": False, "first_id": None})
    assert (page.first_id, page.last_id) == (None, "")

    page.first_id, page.last_id = "", None

    written = page.to_dict()
    assert (written["first_id"], written["last_id"]) == ("", None)


def test_built_by_hand() -> None:
    """By position or by name; None and defaults are left out of the JSON, empty lists are not."""
    output = ToolOutput("call-1", "晴，25 度", "run_1")
    function = AssistantFunction(name="天气", parameters={"type": "object"}, examples=[])

    assert output == ToolOutput(run_id="run_1", output="晴，25 度", tool_call_id="call-1")
    assert ToolOutput("call-1", "").to_dict() == {"tool_call_id": "call-1", "output": ""}
    assert AssistantTool("function", function).to_dict() == {
        "type": "function",
        "function": {"name": "天气", "parameters": {"type": "object"}, "examples": []},
    }
    assert AssistantContent(text=AssistantText("你好")).to_dict() == {"text": {"value": "你好"}}
    assert output.additional_properties == {}


def test_mappings_and_tuples_in_a_request() -> None:
    """Python types without a JSON type are written in their JSON form."""
    read_only: Any = MappingProxyType({"type": "object", "required": ("city",)})

    written = AssistantFunction("天气", parameters=read_only).to_dict()

    assert json.dumps(written["parameters"]) == '{"type": "object", "required": ["city"]}'


def test_null_in_place_of_a_list() -> None:
    """A list that must be there reads as empty when it is null, and stays null."""
    value = {"object": "list", "data": None, "has_more": False}

    page = RunList.from_dict(value)

    assert page.data == []
    assert page.to_dict() == value


def test_both_forms_of_a_final_answer() -> None:
    """One part, or a list of parts."""
    part = {"type": "text", "text": {"value": "我是秦始皇"}}

    one = FinalAnswerMessage.from_dict({"content": part})
    many = FinalAnswerMessage.from_dict({"content": [part, part]})

    read = AssistantContent.from_dict(part)
    assert one.content == read
    assert many.content == [read, read]


@pytest.mark.parametrize("content", ["文本", 5, ["文本"]])
def test_no_form_of_a_final_answer(content: object) -> None:
    """Anything else is refused, not handed on under a wrong type."""
    with pytest.raises(AttributeError):
        FinalAnswerMessage.from_dict({"content": content})


def test_equality() -> None:
    """Of the same class and with equal fields."""
    assert RunResult.from_dict(RUN) == RunResult.from_dict({**RUN, "model": None})
    assert RunResult.from_dict(RUN) != RunResult.from_dict({**RUN, "model": "ERNIE"})
    assert LastError("a", "b") != AssistantFunction("a", "b")
    with pytest.raises(TypeError, match="unhashable"):
        hash(LastError())


def test_slots() -> None:
    """A misspelt attribute is an error."""
    with pytest.raises(AttributeError):
        RunResult.from_dict(RUN).statsu = "failed"  # type: ignore[attr-defined]


def test_to_dict_shares_nothing_known_with_the_object() -> None:
    """Changing the dict does not change the object."""
    function = AssistantFunction.from_dict({"name": "天气", "parameters": {"required": ["city"]}})

    function.to_dict()["parameters"]["required"].append("day")

    assert function.parameters == {"required": ["city"]}


def test_no_sentinel_and_no_missing_header() -> None:
    """No file speaks of the generator's sentinel, and each says that it is generated."""
    folder = Path(appbuilder_api.__file__).parent
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}

    assert [
        path for path, text in texts.items() if re.search(r"\bunset\b", text, re.IGNORECASE)
    ] == []
    assert [path for path, text in texts.items() if "do not edit" not in text[:80]] == []
