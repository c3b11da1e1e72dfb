"""Copies of received objects are complete: attrs.evolve, copy.replace, copy, pickle."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from appbuilder_api.models import (
    AssistantContent,
    AssistantFunction,
    AssistantText,
    AssistantTool,
    LastError,
    Message,
    RunList,
    RunResult,
)

RUN: dict[str, Any] = {
    "id": "run_1",
    "object": "thread.run",
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "status": "completed",
    "required_action": None,
    "tools": [{"type": "function", "function": {"name": "天气", "未知": 1}}],
    "final_answer": {
        "type": "message",
        "message": {
            "content": {"type": "text", "text": {"value": "我是秦始皇", "annotations": None}}
        },
    },
    "created_at": 1717645517234,
    "log_id": "日志",
}


def by_method(run: RunResult, **changes: Any) -> Any:
    """The method that copy.replace calls, from Python 3.13 on."""
    return run.__replace__(**changes)  # type: ignore[attr-defined]


REPLACING: list[Callable[..., Any]] = [attrs.evolve]
if hasattr(RunResult, "__replace__"):  # older releases of attrs do not write it
    REPLACING.append(by_method)
if sys.version_info >= (3, 13):
    REPLACING.append(copy.replace)


@pytest.mark.parametrize("replace", REPLACING)
def test_a_replaced_field_is_the_only_difference(replace: Callable[..., Any]) -> None:
    """Unknown fields, nulls and absent fields stay what they were, and the original as it was."""
    run = RunResult.from_dict(RUN)

    changed = replace(run, status="failed")

    assert changed.to_dict() == {**RUN, "status": "failed"}
    assert changed.additional_properties == {"log_id": "日志"}
    assert run.to_dict() == RUN


def test_replacing_within_a_list() -> None:
    """A list of replaced objects is written with the unknown fields of each."""
    page = RunList.from_dict(
        {"object": "list", "data": [RUN], "has_more": False, "first_id": None, "总数": 1}
    )

    page = attrs.evolve(page, data=[attrs.evolve(run, model="ERNIE") for run in page.data])

    assert page.to_dict() == {
        "object": "list",
        "data": [{**RUN, "model": "ERNIE"}],
        "has_more": False,
        "first_id": None,
        "总数": 1,
    }


def test_replacing_to_none_and_back() -> None:
    """A field that came is written as null when it is replaced by None."""
    run = attrs.evolve(RunResult.from_dict(RUN), final_answer=None)

    assert run.to_dict() == {**RUN, "final_answer": None}
    assert attrs.evolve(run, final_answer=RunResult.from_dict(RUN).final_answer).to_dict() == RUN


def test_unknown_fields_can_be_replaced() -> None:
    """As one dict, so that some can go, some change and some be new; in a copy or in place."""
    run = RunResult.from_dict({**RUN, "分数": 1})
    unknown = run.additional_properties
    unknown |= {"分数": 2, "新": [3]}
    del unknown["log_id"]
    expected = {name: value for name, value in RUN.items() if name != "log_id"} | unknown

    changed = attrs.evolve(run, additional_properties=unknown)  # type: ignore[call-arg]

    assert changed.additional_properties == {"分数": 2, "新": [3]}
    assert changed.to_dict() == expected
    assert run.additional_properties == {"log_id": "日志", "分数": 1}
    run.additional_properties = {"分数": 2, "新": [3]}  # type: ignore[misc]
    assert run.to_dict() == expected
    run.additional_properties = {}  # type: ignore[misc]
    assert run.to_dict() == {name: value for name, value in RUN.items() if name != "log_id"}


def test_a_known_field_is_not_an_unknown_one() -> None:
    """It would be written twice, or win over the attribute: writing and copying refuse it."""
    known = {"status": "failed"}
    run = attrs.evolve(RunResult.from_dict(RUN), additional_properties=known)  # type: ignore[call-arg]

    with pytest.raises(ValueError, match=r"RunResult.additional_properties: 'status' is a field"):
        run.to_dict()
    with pytest.raises(ValueError, match=r"set it by its name"):
        copy.copy(run)


def test_objects_built_by_hand_are_replaced() -> None:
    """None and defaults are left out as before; unknown fields can be given."""
    function = AssistantFunction("天气")
    tool = AssistantTool("function", function)
    other = attrs.evolve(function, name="温度")

    renamed = attrs.evolve(tool, function=other)
    strict = attrs.evolve(other, additional_properties={"strict": True})  # type: ignore[call-arg]

    assert renamed.to_dict() == {"type": "function", "function": {"name": "温度"}}
    assert strict.to_dict() == {"name": "温度", "strict": True}
    assert tool.to_dict() == {"type": "function", "function": {"name": "天气"}}


def test_as_a_dict_of_attrs() -> None:
    """`attrs.asdict` gives the fields, and the unknown ones under their one name."""
    error = LastError.from_dict({"type": "server_error", "代码": 5})

    assert attrs.asdict(error) == {
        "type": "server_error",
        "message": error.message,
        "additional_properties": {"代码": 5},
    }


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "answer",
    [
        RunResult.from_dict(RUN),
        RunList.from_dict(
            {"object": "list", "data": [RUN, RUN], "has_more": True, "last_id": None}
        ),
        AssistantTool("function", AssistantFunction("天气", parameters={"type": "object"})),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_every_pickle_protocol(answer: Any, protocol: int) -> None:
    """Nothing that came is lost, and what comes back can be changed and pickled again."""
    back = pickle.loads(pickle.dumps(answer, protocol))

    assert back == answer
    assert back.to_dict() == answer.to_dict()
    assert back.additional_properties == answer.additional_properties
    assert pickle.loads(pickle.dumps(back, protocol)).to_dict() == answer.to_dict()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies(copied: Callable[[Any], Any]) -> None:
    """A copy is changed without a change to the original."""
    message = Message.from_dict(
        {
            "id": "msg_1",
            "object": "thread.message",
            "role": "user",
            "content": [{"type": "text", "text": {"value": "你好"}}],
            "created_at": 1,
            "thread_id": "thread_1",
            "run_id": None,
            "新": {"深": [1]},
        }
    )
    came = message.to_dict()

    other = copied(message)
    other.role = "assistant"
    other.content = [AssistantContent(text=AssistantText("再见"))]

    assert other.to_dict() == {
        **came,
        "role": "assistant",
        "content": [{"text": {"value": "再见"}}],
    }
    assert message.to_dict() == came
