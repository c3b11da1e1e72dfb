"""Objects and lists of a request, as users give them."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants import tool
from appbuilder_assistants._core.bodies import Shape, as_pairs, as_part, as_parts
from appbuilder_assistants._operations import assistants, runs, threads
from appbuilder_assistants.types import AssistantMessage, AssistantThread, AssistantTool

FUNCTION = {"type": "function", "function": {"name": "f", "parametres": {}}}


def run(**given: Any) -> Any:
    body = run_calls.run(runs.runs_run_body(assistant_id="a", thread_id="t", **given)).request.body
    assert isinstance(body, bytes)
    return json.loads(body)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: run(thread={"mesages": []}),
            "thread: unknown key 'mesages'; did you mean 'messages'",
        ),
        (
            lambda: run(thread={"messages": [{"contents": "你好"}]}),
            r"thread\.messages\[0\]: unknown key 'contents'; did you mean 'content'",
        ),
        (
            lambda: threads.threads_create(messages=[{"content": "好", "file_id": []}]),  # type: ignore[list-item]
            r"messages\[0\]: unknown key 'file_id'; did you mean 'file_ids'",
        ),
        (
            lambda: run(model_parameters={"chat_parameters": {"temprature": 1}}),
            r"model_parameters\.chat_parameters: unknown key 'temprature'; did you mean 'temper",
        ),
        (
            lambda: assistants.assistants_create(name="a", tools=[FUNCTION]),
            r"tools\[0\]\.function: unknown key 'parametres'; did you mean 'parameters'",
        ),
    ],
)
def test_a_misspelt_key(call: Callable[[], object], message: str) -> None:
    """The error names the place, the key that is meant, and all keys there are."""
    with pytest.raises(ValueError, match=message + r".*The keys are \w+, "):
        call()


def test_other_unknown_keys_are_sent() -> None:
    """The service may know more fields than the specification, also beside a known one."""
    thread = {"messages": [{"content": "好", "role": "user", "来源": 1}], "x": 2}

    assert run(thread=thread)["thread"] == thread
    assert as_part("a", {"content": "", "contents": ""}, Shape(("content",))) == {
        "content": "",
        "contents": "",
    }


def test_every_form_of_an_object() -> None:
    """Request types, dicts and other mappings, a tool, and a type within a dict."""
    message = AssistantMessage(content="你好", role="user")
    sent = {"messages": [{"content": "你好", "role": "user"}]}

    assert run(thread=AssistantThread([message]))["thread"] == sent
    assert run(thread={"messages": (message,)})["thread"] == sent
    assert run(thread=MappingProxyType({"messages": [message]}))["thread"] == sent
    assert run(metadata=MappingProxyType({"a": "b"}))["metadata"] == {"a": "b"}
    described = run(tools=[tool(lambda: "晴", name="weather", description="天气")])["tools"]
    assert run(tools=[AssistantTool.from_dict(described[0])])["tools"] == described


def test_arguments_stay_unchanged() -> None:
    """Defaults are sent, and not written into the caller's own objects."""
    thread: dict[str, Any] = {"messages": [{"content": "好"}]}

    assert run(thread=thread)["thread"]["messages"] == [{"content": "好", "role": "user"}]
    assert thread == {"messages": [{"content": "好"}]}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: run(thread="你好"),
            "thread: expected a request type or a dict with the keys messages, metadata; got str",
        ),
        (
            lambda: run(thread={"messages": "你好"}),
            "thread.messages: expected .* or a list of them with the keys content, role, file_ids",
        ),
        (lambda: as_parts("messages", "你好", Shape(())), "messages: expected a list, got str"),
        (
            lambda: as_parts("messages", ["你好"], Shape(())),
            r"messages\[0\]: expected a request type",
        ),
        (lambda: as_pairs("metadata", []), "metadata: expected a dict, got list"),
    ],
)
def test_values_that_are_no_object(call: Callable[[], object], message: str) -> None:
    """A TypeError names the place and what came."""
    with pytest.raises(TypeError, match=message):
        call()
