"""Objects in a terminal: `print`, `repr`, loops over a page."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from appbuilder_api.models import (
    AssistantTool,
    FileList,
    LastError,
    Message,
    RunList,
    RunResult,
    RunStep,
    RunStepList,
    StreamRunStatus,
)

from tests.generated.spec import MODELS, SCHEMAS, model

SCREEN = 24 * 80
ANSWER = (
    '我是秦始皇,你好呀,"hello world"!这是一个常见的编程示例,看来你也是对技术感兴趣的朋友。'
    "欢迎来到我的世界,希望我们能有一个愉快的交流。"
)
RUN: dict[str, Any] = {
    "id": "run_ce12d0e7471244a1b5ab64a5419eab56",
    "object": "run.result",
    "assistant_id": "asst_9839a9237c61466e80fc7570a0ba7b4b",
    "thread_id": "thread_3afcac64637446909fe5a2a3af9783b2",
    "status": "completed",
    "final_answer": {
        "type": "message",
        "message": {
            "message_id": "chatmsg_8b029efa11e840c5907a3792688b3ec7",
            "content": {"type": "text", "text": {"value": ANSWER, "annotations": None}},
        },
    },
    "created_at": 1717645517234,
    "started_at": 1717645517270,
    "completed_at": 1717645529254,
}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一个城市的天气" * 50,
        "parameters": {"type": "object", "properties": {f"p{n}": {"x": 1} for n in range(99)}},
    },
}
LONG = "很长的指令。" * 700


def columns(text: str) -> int:
    """How much of a terminal's lines a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "FW" else 1 for c in text)


def test_a_printed_run_is_the_notebooks_line() -> None:
    """As recorded in the public notebook, character by character; new fields stand behind."""
    assert str(RunResult.from_dict(RUN)).startswith(
        "id='run_ce12d0e7471244a1b5ab64a5419eab56' object='run.result' "
        "assistant_id='asst_9839a9237c61466e80fc7570a0ba7b4b' "
        "thread_id='thread_3afcac64637446909fe5a2a3af9783b2' model='' instructions='' "
        "thought_instructions='' chat_instructions='' tools=None file_ids=None status='completed' "
        "required_action=None last_error=None final_answer=FinalAnswer(type='message', "
        "message=FinalAnswerMessage(message_id='chatmsg_8b029efa11e840c5907a3792688b3ec7', "
        f"content=AssistantContent(type='text', text=AssistantText(value='{ANSWER}', "
        "annotations=None)))) created_at=1717645517234 started_at=1717645517270 expired_at=0 "
        "cancelled_at=0 failed_at=0 completed_at=1717645529254"
    )


def test_a_printed_step_is_the_notebooks_line() -> None:
    """With the fields that did not come, and the empty error."""
    step = RunStep.from_dict(
        {
            "id": "step-1",
            "object": "thread.run.step",
            "assistant_id": None,
            "thread_id": "thread_1",
            "run_id": "run_1",
            "status": "completed",
            "created_at": 1717645529259,
            "completed_at": 1717645529254,
            "last_error": "",
        }
    )

    assert str(step) == (
        "id='step-1' object='thread.run.step' assistant_id=None thread_id='thread_1' "
        "run_id='run_1' status='completed' created_at=1717645529259 started_at=0 expired_at=0 "
        "cancelled_at=0 failed_at=0 completed_at=1717645529254 last_error='' type=None "
        "step_datail=None"
    )
    assert repr(step) == (
        "RunStep(id='step-1', thread_id='thread_1', run_id='run_1', status='completed')"
    )


def test_a_runs_repr() -> None:
    """Its ids, its status, the beginning of its answer; no times, nothing that is empty."""
    assert repr(RunResult.from_dict(RUN)) == (
        "RunResult(id='run_ce12d0e7471244a1b5ab64a5419eab56', "
        "assistant_id='asst_9839a9237c61466e80fc7570a0ba7b4b', "
        "thread_id='thread_3afcac64637446909fe5a2a3af9783b2', status='completed', "
        "final_answer=FinalAnswer(message=FinalAnswerMessage("
        "message_id='chatmsg_8b029efa11e840c5907a3792688b3ec7', "
        "content=AssistantContent(text=AssistantText("
        "value='我是秦始皇,你好呀,\"hello world\"!这是一个常见的编程示例,看来你也…')))))"
    )


def test_a_page_shows_its_first_items() -> None:
    """A page's repr has its first items, the number of others, and the start of the next page."""
    runs = [{**RUN, "id": f"run_{number}", "final_answer": None} for number in range(20)]
    page = RunList.from_dict(
        {"object": "list", "data": runs, "first_id": "run_0", "last_id": "run_19", "has_more": True}
    )

    shown = repr(page)

    assert shown.startswith("RunList(data=[RunResult(id='run_0', assistant_id='asst_")
    assert shown.endswith("… 17 more], first_id='run_0', last_id='run_19', has_more=True)")
    assert str(page).startswith("object='list' data=[RunResult(id='run_0', assistant_id='asst_")


HUGE_RUN = {
    **RUN,
    **dict.fromkeys(["instructions", "thought_instructions", "chat_instructions"], LONG),
    "model": "模型" * 99,
    "tools": [TOOL] * 10,
    "file_ids": ["file-" + "9" * 32] * 10,
    "last_error": {"type": "server_error", "message": LONG},
    "final_answer": {
        "type": "message",
        "message": {"message_id": "m", "content": [{"type": "text", "text": {"value": LONG}}] * 9},
    },
}
STEP = {
    **{name: RUN[name] for name in ("assistant_id", "thread_id", "status", "created_at")},
    "id": "step-1",
    "object": "thread.run.step",
    "run_id": RUN["id"],
    "step_datail": {"type": "tool_calls", "tool_info": [{"output": LONG, "arguments": LONG}] * 9},
}
PAGE = {"object": "list", "first_id": LONG, "last_id": LONG, "has_more": True}
EVENT = {
    "status": "queued",
    "send_id": 1,
    "message": LONG,
    "event_type": "run_begin",
    "details": {"type": "run_object", "run_object": HUGE_RUN, "run_step_object": STEP},
}


@pytest.mark.parametrize(
    "value",
    [
        RunResult.from_dict(HUGE_RUN),
        RunList.from_dict({**PAGE, "data": [HUGE_RUN] * 100}),
        RunStep.from_dict(STEP),
        RunStepList.from_dict({**PAGE, "data": [STEP] * 100}),
        StreamRunStatus.from_dict(EVENT),
        AssistantTool.from_dict(TOOL),
        LastError("字" * 100_000, "\x1b[2J\n" * 100_000),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_repr_fits_a_screen(value: Any) -> None:
    """Of 24 lines, 80 columns each; Chinese is readable, control characters are not sent."""
    for shown in (str(value), repr(value)):
        assert columns(shown) < SCREEN
        assert shown.isprintable()
        assert "…" in shown
        assert "\\u" not in shown


@pytest.mark.parametrize("name", MODELS)
def test_any_object_is_shown(name: str) -> None:
    """Wherever lists and dicts are within each other a hundred times, and fields hold anything."""
    deep: Any = LONG
    for _ in range(100):
        deep = {"深": [deep, deep, deep, deep]}
    fields = SCHEMAS[name]["properties"]
    value = model(name)(**{attribute: deep for _, attribute, *_ in model(name)._fields})

    for shown in (str(value), repr(value)):
        assert columns(shown) < SCREEN
        assert not fields or next(iter(fields))[:1] in shown


def test_a_loop_over_a_page() -> None:
    """Its items, in order; `len` counts them; what it says of the list stays in its fields."""
    page = RunList.from_dict(
        {"object": "list", "data": [RUN, {**RUN, "id": "run_2"}], "has_more": True}
    )

    assert [run.id for run in page] == [RUN["id"], "run_2"]
    assert len(page) == 2
    assert page.data[1] in page
    assert page.has_more
    first, second = page
    assert (first, second) == tuple(page.data)


def test_an_empty_page() -> None:
    """Nothing to loop over, and false, as lists are; also where the service sends null."""
    pages: tuple[Any, ...] = ([], None)
    for data in pages:
        page = FileList.from_dict({"object": "list", "data": data})
        assert list(page) == []
        assert len(page) == 0
        assert not page


def test_only_pages_are_lists() -> None:
    """Another object is no list of anything, and true."""
    message = Message.from_dict(
        {"id": "", "object": "", "role": "user", "content": [], "created_at": 0, "thread_id": ""}
    )

    assert bool(message)
    with pytest.raises(TypeError, match="not iterable"):
        iter(message)  # type: ignore[call-overload]
