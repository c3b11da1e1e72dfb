"""The wrapper against the spec: every operation has its method, path and official names."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._core.requests import OperationRequest
from appbuilder_assistants._operations import assistants, runs, threads
from appbuilder_assistants.types import AssistantMessage, AssistantThread, AssistantThreadDict

from scripts.evidence import about
from tests.border.official import BESIDE, DEFAULTS, LISTS, OFFICIAL, PAGE, PAGING, TOOLS, UPDATE
from tests.border.surface import (
    _UPLOAD,
    CALLS,
    JSON_CALLS,
    NEW,
    OPERATIONS,
    RESOURCES,
    SPEC,
    added,
    methods,
    parameters,
    request_schema,
    sent,
)


@about("*/x-repeatable")
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_paths_and_marks(call: OperationRequest) -> None:
    """A call goes where the spec says and is repeated only if the spec allows it."""
    operation = OPERATIONS[call.operation]

    assert call.request.path == operation["path"]
    assert call.request.method == "POST"
    assert call.idempotent is operation["x-repeatable"]


@pytest.mark.parametrize("call", JSON_CALLS, ids=lambda call: call.operation)
def test_bodies(call: OperationRequest) -> None:
    """Requests have the required fields and no others than the spec's."""
    schema = request_schema(call.operation)
    body = sent(call.request)

    assert set(schema.get("required", [])) <= set(body) <= set(schema["properties"])


def test_the_upload_s_form() -> None:
    """The part and the query have the spec's names."""
    body = _UPLOAD.request.body
    (parameter,) = OPERATIONS["createFile"]["parameters"]

    assert isinstance(body, MultipartBody)
    assert [body.name] == list(request_schema("createFile")["properties"])
    assert _UPLOAD.request.query == {parameter["name"]: parameter["example"]}
    assert OPERATIONS["createFile"]["requestBody"]["content"].keys() == {"multipart/form-data"}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_patience(call: OperationRequest) -> None:
    """Where a model is at work the wait is long, where bytes are stored less so, else short."""
    waits = {"createRun": 600.0, "submitToolOutputs": 600.0}
    waits |= {"createFile": 120.0, "downloadFile": 120.0, "readFile": 120.0}

    assert call.read_seconds == waits.get(call.operation, 30.0)


def test_the_methods_are_the_official_ones() -> None:
    """None is missing or has another name, on either client; ours are named here or in the spec."""
    found = [name for name, _ in methods()]
    known = {*OFFICIAL, *LISTS, *TOOLS}

    assert known | NEW.keys() <= set(found)
    assert {name.removesuffix("_all") for name in set(found) - known} == NEW.keys()
    assert sorted(found) == sorted([*set(found)] * 2)


@pytest.mark.parametrize(
    ("name", "method"), methods(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_signatures(name: str, method: Callable[..., Any]) -> None:
    """Parameters have the official names in the official order; ours are keyword-only."""
    official, ours = added(name)
    operation, names = (OFFICIAL | NEW)[official]
    if ours == PAGING:
        names = names.removesuffix(PAGE)
    schema = request_schema(operation)
    found = parameters(method)
    by_position = [p.name for p in found if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    by_name = [p.name for p in found if p.kind is inspect.Parameter.KEYWORD_ONLY]
    later = [one for one in by_name if one not in ours.split() and one in schema["properties"]]

    assert by_position == names.split()
    assert by_name == [*later, *ours.split()]
    assert len(found) == len(by_position) + len(by_name)
    required = {p.name for p in found if p.default is inspect.Parameter.empty}
    if operation == "createFile":
        assert required == {"file_path"}
        return
    # Whether the service needs a name is not known; the official client does.
    named = {"name"} if operation == "createAssistant" else set()
    assert required == set(schema.get("required", [])) - {"role"} | named
    if name in OFFICIAL:
        beside = {"file_path"} if operation == "downloadFile" else set()
        fields = set(schema["properties"]) - {"stream"}
        assert {*by_position, *later} - BESIDE - beside == fields
    plain = (None, "user", "", False, *DEFAULTS)
    assert all(p.default in plain for p in found if p.name not in required)


@pytest.mark.parametrize(
    ("name", "method"), methods(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_docstrings(name: str, method: Callable[..., Any]) -> None:
    """A docstring ends with the operation's id, so that the spec can be found from an editor."""
    text = inspect.getdoc(method) or ""
    official, _ = added(name)

    assert re.findall(r"\((\w+)\)$", text) == [(OFFICIAL | NEW)[official][0]]


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_both_clients_are_alike(name: str) -> None:
    """Method by method, both have the same signature but for what is awaited."""
    plain, marked = RESOURCES[name]

    def surface(cls: type) -> dict[str, str]:
        return {
            method: str(inspect.signature(value)).replace("Async", "")
            for method, value in inspect.getmembers(cls, inspect.isfunction)
        }

    assert surface(plain) == surface(marked)


def test_run_parameters_are_carried_over() -> None:
    """Each parameter of `run` arrives in the body under its own name."""
    names = [p for p in OFFICIAL["runs.run"][1].split() if p != "tools"]
    given: dict[str, Any] = {n: n if n.endswith("_id") else {"v": n} for n in names}

    request = run_calls.run(runs.runs_run_body(tools=[{"t": 1}], **given)).request

    assert sent(request) == {**given, "tools": [{"t": 1}], "stream": False}


def test_a_continued_run_has_the_parameters_it_began_with() -> None:
    """But for the message, which its thread has by now."""
    names = [p for p in OFFICIAL["runs.run"][1].split() if p != "tools"]
    given: dict[str, Any] = {n: n if n.endswith("_id") else {"v": n} for n in names}
    run = run_calls.OneRun(runs.runs_run_body(tools=[{"t": 1}], **given))
    output = {"tool_call_id": "c", "output": "晴", "run_id": "r"}
    wanted = {**given, "tools": [{"t": 1}], "thread_id": "t", "tool_output": output}
    del wanted["thread"]

    assert sent(run.tool_output("t", output).request) == {**wanted, "stream": False}
    assert sent(run.stream_tool_output("t", output).request) == {**wanted, "stream": True}
    assert sent(run.start().request) == {**given, "tools": [{"t": 1}], "stream": False}


SAID = {"content": "你好"}
USER = {"content": "你好", "role": "user"}


@pytest.mark.parametrize(
    ("message", "sent_as"),
    [
        (SAID, USER),
        ({**SAID, "role": None}, USER),
        ({**SAID, "role": "assistant"}, {**SAID, "role": "assistant"}),
        (AssistantMessage(content="你好", role="user"), USER),
    ],
)
def test_the_default_role(message: Any, sent_as: Any) -> None:
    """A message without a role is the user's, as with the official client."""
    created = threads.threads_create(messages=(message,)).request
    assert sent(created) == {"messages": [sent_as]}

    forms: list[AssistantThread | AssistantThreadDict] = [
        {"messages": [message]},
        AssistantThread(messages=[message]),
    ]
    for thread in forms:
        body = runs.runs_run_body(assistant_id="a", thread=thread)
        assert sent(run_calls.run(body).request)["thread"] == {"messages": [sent_as]}
        assert sent(run_calls.stream_run(body).request)["thread"] == {"messages": [sent_as]}


def test_no_messages() -> None:
    """No messages stay no messages, and values that are no message are refused."""
    assert sent(threads.threads_create(messages=None).request) == {}
    assert sent(threads.threads_create(messages=[]).request) == {"messages": []}
    thread: AssistantThreadDict = {"metadata": {"a": "b"}}
    body = runs.runs_run_body(assistant_id="a", thread=thread)
    assert sent(run_calls.run(body).request)["thread"] == thread
    with pytest.raises(TypeError, match="messages: expected a list, got str"):
        threads.threads_create(messages="你好")  # type: ignore[arg-type]


def test_update_parameters_are_carried_over() -> None:
    """Each parameter of `update` arrives under its own name; what is empty is sent, None is not."""
    names = [p for p in UPDATE.split() if p not in ("tools", "file_ids", "metadata")]
    given: dict[str, Any] = {name: f"v-{name}" for name in names}
    lists: dict[str, Any] = {"tools": [], "file_ids": [], "metadata": {}}

    request = assistants.assistants_update(**given, **lists).request
    one = assistants.assistants_update(assistant_id="a", instructions="").request

    assert sent(request) == {**given, **lists}
    assert sent(one) == {"assistant_id": "a", "instructions": ""}


def test_types_are_the_spec_s() -> None:
    """Every schema that a user may name is in `types`; bodies and errors are the wrapper's own."""
    types = importlib.import_module("appbuilder_assistants.types")
    own = {"ErrorEnvelope", "ErrorDetail", "VendorError"}
    schemas = {
        name
        for name, schema in SPEC["components"]["schemas"].items()
        if "properties" in schema and not name.endswith("Request") and "x-refines" not in schema
    }

    dicts = {name for name in types.__all__ if name.endswith("Dict")}
    ours = {"FileContent", "Json", "final_text"} | dicts

    assert set(types.__all__) - ours == schemas - own
    assert {name.removesuffix("Dict") for name in dicts} <= schemas
    assert sorted(types.__all__) == types.__all__ == dir(types)
    assert all(hasattr(types, name) for name in types.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Runs'"):
        _ = types.Runs
