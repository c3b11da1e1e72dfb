"""Both SDKs in one program, and what is the same in them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import appbuilder
import appbuilder_assistants
import pydantic
import pytest
from appbuilder.core import _exception as official_errors

from tests.clients.bodies import RUN, text_part
from tests.interop.official import WEATHER

ROOT = Path(__file__).parents[2]
MIGRATING = (ROOT / "docs" / "migrating.md").read_text(encoding="utf-8")


@pytest.fixture
def mixed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The official SDK with this library instead of its assistant part, as documented."""
    monkeypatch.setattr(appbuilder, "assistant", appbuilder.assistant)
    monkeypatch.setattr(appbuilder, "AssistantEventHandler", appbuilder.AssistantEventHandler)
    [recipe] = re.findall(r"```diff\n import appbuilder\n(.*?)```", MIGRATING, re.DOTALL)
    added = [line[1:] for line in recipe.splitlines()]
    assert all(line.startswith("+") for line in recipe.splitlines())

    exec("\n".join(["import appbuilder", *added]), {})

    module: ModuleType = appbuilder
    return module


def test_a_program_that_uses_other_components(mixed: ModuleType) -> None:
    """It keeps its import: other components are the official ones, the assistant part is ours."""
    names: list[str] = []

    class Handler(mixed.AssistantEventHandler):  # type: ignore[name-defined, misc]
        def tool_calls(self, status_event: Any) -> None:
            context = self.stream_run_context
            names.extend(call.function.name for call in context.current_tool_calls)
            mixed.assistant.threads.runs.submit_tool_outputs(
                run_id=context.current_run_id,
                thread_id=context.current_thread_id,
                tool_outputs=[
                    {"tool_call_id": call.id, "output": "晴"} for call in context.current_tool_calls
                ],
            )

    component = mixed.AnimalRecognition  # an official component; it stays where it is
    assistant = mixed.assistant.assistants.create(name="助手", description="", tools=[WEATHER])
    thread = mixed.assistant.threads.create(
        [mixed.assistant.thread_type.AssistantMessage(content="北京的天气怎么样?")]
    )
    with mixed.assistant.threads.runs.stream_run_with_handler(
        assistant_id=assistant.id, thread_id=thread.id, event_handler=Handler()
    ) as stream:
        stream.until_done()
    [run] = mixed.assistant.threads.runs.list(thread_id=thread.id)

    assert component.__module__.startswith("appbuilder.")
    assert component.manifests
    assert isinstance(assistant, appbuilder_assistants.types.Assistant)
    assert names == ["get_weather"]
    assert run.status == "completed"


RECORDED = {
    **RUN,
    "object": "run.result",
    "required_action": {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {
            "tool_calls": [
                {
                    "id": "call-1",
                    "type": "function",
                    "function": {"name": "查", "arguments": "{}", "output": "晴"},
                }
            ]
        },
    },
    "final_answer": {
        "type": "message",
        "message": {
            "message_id": "msg_1",
            "content": [{**text_part("你好"), "text": {"value": "你好", "annotations": None}}],
        },
    },
}


def test_model_dump_is_the_same() -> None:
    """The same names in the same order, the same values; absent fields have the same defaults."""
    official = appbuilder.core.assistant.type.thread_type.RunResult.model_validate(RECORDED)
    ours = appbuilder_assistants.assistant.thread_type.RunResult.from_dict(RECORDED)

    assert isinstance(official, pydantic.BaseModel)
    assert ours.model_dump() == official.model_dump(mode="json")
    assert list(ours.model_dump()) == list(official.model_dump())
    assert ours.model_dump_json() == official.model_dump_json()
    assert ours.model_dump_json(indent=4) == official.model_dump_json(indent=4)
    assert str(ours) == str(official)


def test_every_exception_is_in_the_guide() -> None:
    """With what to catch here."""
    _, _, table = MIGRATING.partition("| `appbuilder.core._exception` | here |")
    first_cells = [row.split(" | ")[0] for row in table.splitlines() if row.startswith("| ")]
    named = set(re.findall(r"`(\w+)`", " ".join(first_cells)))
    classes = {
        name
        for name, value in vars(official_errors).items()
        if inspect.isclass(value) and value.__module__ == official_errors.__name__
    }

    assert classes - named == set()
