"""Ids of the wrong kind are refused by every operation, before anything is sent."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants._core.ids import PREFIXES, is_id
from appbuilder_assistants._operations import assistants, files, messages, runs, steps, threads
from appbuilder_assistants.types import Thread, ToolOutputDict

ROOT = Path(__file__).parents[3]
ID = {
    "assistant_id": "asst_" + "a" * 32,
    "thread_id": "thread_" + "b" * 32,
    "message_id": "msg_" + "c" * 32,
    "run_id": "run_" + "d" * 32,
    "step_id": "step-1",
    "file_id": "file-123456789012345",
}
LISTED = {
    "assistants_list": "assistant_id",
    "assistants_mounted_files_list": "file_id",
    "messages_list": "message_id",
    "messages_files": "file_id",
    "runs_list": "run_id",
    "steps_list": "step_id",
}
OTHERS = {
    "name": "a",
    "content": "你好",
    "role": "user",
    "messages": None,
    "tool_outputs": [{"tool_call_id": "call-1", "output": "晴"}],
}


def operations() -> Iterator[tuple[str, Callable[..., Any], dict[str, str]]]:
    """Each function at the border that takes ids, and by which name it takes which kind."""
    for module in (assistants, files, messages, runs, steps, threads):
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            parameters = inspect.signature(function).parameters
            kinds = {one: one for one in ID if one in parameters}
            if name in LISTED:
                kinds.update(after=LISTED[name], before=LISTED[name])
            if (
                kinds
                and not name.endswith("_body")
                and name.startswith(f"{module.__name__.rpartition('.')[2]}_")
            ):
                yield name, function, kinds
    yield "runs_run", lambda **ids: run_calls.run(runs.runs_run_body(**ids)), RUN
    yield "runs_stream_run", lambda **ids: run_calls.stream_run(runs.runs_run_body(**ids)), RUN


RUN = {"assistant_id": "assistant_id", "thread_id": "thread_id"}
OPERATIONS = list(operations())


def call(function: Callable[..., Any], ids: dict[str, Any]) -> Any:
    signature = inspect.signature(function)
    others = {name: value for name, value in OTHERS.items() if name in signature.parameters}
    return function(**others, **ids)


def test_every_operation_with_an_id_is_here() -> None:
    """Later parameters that take an id are tried as well."""
    spec = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    resources = {tag["name"]: tag["x-resource"].rpartition(".")[2] for tag in spec["tags"]}
    with_ids = {
        f"{resources[operation['tags'][0]]}_{operation['x-method']}"
        for item in spec["paths"].values()
        for operation in item.values()
        for content in operation["requestBody"]["content"].values()
        for field in spec["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]][
            "properties"
        ]
        if field in ID or field in ("after", "before")
    }

    assert {name for name, _, _ in OPERATIONS} == with_ids | {"runs_stream_run"}


@pytest.mark.parametrize(("name", "function", "kinds"), OPERATIONS, ids=[o[0] for o in OPERATIONS])
def test_every_id_of_every_operation(
    name: str, function: Callable[..., Any], kinds: dict[str, str]
) -> None:
    """The right ones pass; each other kind is refused, by the name of its parameter."""
    right = {one: ID[kind] for one, kind in kinds.items()}
    call(function, right)

    for one, kind in kinds.items():
        for other, id_ in ID.items():
            if other == kind:
                continue
            with pytest.raises(ValueError, match=rf"\b{one} is the id of an? \w+, not of an? \w+"):
                call(function, {**right, one: id_})


@pytest.mark.parametrize(("name", "function", "kinds"), OPERATIONS, ids=[o[0] for o in OPERATIONS])
def test_every_pair_that_is_swapped(
    name: str, function: Callable[..., Any], kinds: dict[str, str]
) -> None:
    """The error names the two, and shows what was given."""
    right = {one: ID[kind] for one, kind in kinds.items()}

    for one, other in permutations(kinds, 2):
        if kinds[one] == kinds[other]:
            continue
        swapped = {**right, one: right[other], other: right[one]}
        with pytest.raises(ValueError, match=r"look swapped.*give them by name") as caught:
            call(function, swapped)
        message = str(caught.value)
        assert f"{one}='{right[other]}'" in message
        assert f"{other}='{right[one]}'" in message
        assert re.search(rf"({one} and {other}|{other} and {one}) look", message)


def test_three_that_are_mixed_up() -> None:
    """All are named."""
    ids = {"thread_id": ID["step_id"], "run_id": ID["thread_id"], "step_id": ID["run_id"]}
    with pytest.raises(ValueError, match="thread_id, run_id and step_id look swapped"):
        steps.steps_query(**ids)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_prefix(prefix: str) -> None:
    """An assistant's answer has a prefix of its own."""
    query = f"{prefix}1"
    if PREFIXES[prefix] == "message_id":
        messages.messages_query(thread_id="thread_1", message_id=query)
    else:
        with pytest.raises(ValueError, match="queryMessage: message_id is the id of"):
            messages.messages_query(thread_id="thread_1", message_id=query)


@pytest.mark.parametrize(
    "odd", ["t", "run", "Run_1", "RUN_1", "线程", "af_1", "call-run_1", " run_1"]
)
def test_forms_that_are_not_known(odd: str) -> None:
    """They may be anything: only a clear prefix of another kind is refused."""
    threads.threads_query(thread_id=odd)
    runs.runs_cancel(thread_id=odd, run_id=odd)


def test_ids_within() -> None:
    """Lists of files, and the run that an output is for; metadata is the user's own."""
    with pytest.raises(ValueError, match=r"file_ids\[1\] is the id of a run, not of a file"):
        assistants.assistants_create(name="a", file_ids=["file-1", "run_1"])
    output: ToolOutputDict = {"tool_call_id": "call-1", "output": "", "run_id": "thread_1"}
    body = runs.runs_run_body(assistant_id="asst_1", thread_id="thread_1", tool_output=output)
    with pytest.raises(ValueError, match=r"tool_output\.run_id is the id of a thread"):
        run_calls.run(body)
    threads.threads_update(thread_id="thread_1", metadata={"thread_id": "run_1", "run_id": "x"})


@pytest.mark.parametrize(
    ("value", "described"),
    [
        (Thread(id="thread_1", object="thread", created_at=1), r"give its \.id \('thread_1'\)"),
        (5, "got 5"),
        (["thread_1"], "got list"),
        ({}, "got dict"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_that_are_no_id(value: Any, described: str) -> None:
    """An object in place of its id, and other values: a TypeError says what to give."""
    with pytest.raises(TypeError, match=f"thread_id: expected the id of a thread.*{described}"):
        threads.threads_query(thread_id=value)


def test_an_endless_id() -> None:
    """Only its beginning is shown."""
    with pytest.raises(ValueError, match="thread_id") as caught:
        threads.threads_query(thread_id="run_" + "长" * 100_000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("name", "function", "kinds"), OPERATIONS, ids=[o[0] for o in OPERATIONS])
def test_an_empty_id(name: str, function: Callable[..., Any], kinds: dict[str, str]) -> None:
    """Is refused, as the official SDK refuses some, and so is None; a list may have no bound."""
    right = {one: ID[kind] for one, kind in kinds.items()}

    for one in kinds:
        if one in ("after", "before"):
            call(function, {**right, one: ""})
            call(function, {**right, one: None})
        elif (name, one) not in (("runs_run", "thread_id"), ("runs_stream_run", "thread_id")):
            with pytest.raises(ValueError, match=f"{one}: expected the id of an? [a-z]+, got ''"):
                call(function, {**right, one: ""})
            with pytest.raises(TypeError, match=f"{one}: expected the id of an? .*; got None"):
                call(function, {**right, one: None})


@pytest.mark.parametrize("value", ["", None, 5, "\udc00\ud83d", "r\ud83d"])
def test_ids_of_a_server_that_no_request_can_send(value: object) -> None:
    """Half a character is no text that JSON could hold."""
    assert not is_id(value)
    assert is_id("run_你")
