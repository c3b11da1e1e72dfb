"""Where the wrapper meets the spec: nothing unbound, nothing misrouted, no name changed."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from appbuilder_assistants import _operations as ops
from appbuilder_assistants._async.assistants import AsyncAssistants
from appbuilder_assistants._async.messages import AsyncMessages
from appbuilder_assistants._async.runs import AsyncRuns
from appbuilder_assistants._async.steps import AsyncSteps
from appbuilder_assistants._async.threads import AsyncThreads
from appbuilder_assistants._core.calls import Question
from appbuilder_assistants._sync.assistants import Assistants
from appbuilder_assistants._sync.messages import Messages
from appbuilder_assistants._sync.runs import Runs
from appbuilder_assistants._sync.steps import Steps
from appbuilder_assistants._sync.threads import Threads

ROOT = Path(__file__).parents[2]
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: {**operation, "path": path}
    for path, methods in SPEC["paths"].items()
    for method, operation in methods.items()
    if method == "post"
}
RESOURCES = {
    "assistants": (Assistants, AsyncAssistants),
    "threads": (Threads, AsyncThreads),
    "messages": (Messages, AsyncMessages),
    "runs": (Runs, AsyncRuns),
    "steps": (Steps, AsyncSteps),
}

# The methods of the official client, version 1.1.5, with their parameters in order.
CREATE = (
    "name description model response_format instructions thought_instructions "
    "chat_instructions tools file_ids metadata"
)
RUN = (
    "assistant_id thread_id thread model response_format instructions thought_instructions "
    "chat_instructions tools metadata tool_output model_parameters user_info user_loc"
)
OFFICIAL = {
    "assistants.create": (
        "createAssistant",
        CREATE,
    ),
    "threads.create": ("createThread", "messages"),
    "messages.create": ("createMessage", "thread_id content role file_ids"),
    "runs.run": ("createRun", RUN),
    "runs.stream_run": ("createRun", RUN),
    "runs.submit_tool_outputs": ("submitToolOutputs", "run_id thread_id tool_outputs"),
    "runs.cancel": ("cancelRun", "run_id thread_id sync"),
    "runs.list": ("listRuns", "thread_id limit order after before"),
    "runs.query": ("queryRun", "thread_id run_id"),
    "steps.list": ("listRunSteps", "thread_id run_id limit order after before"),
    "steps.query": ("queryRunStep", "thread_id run_id step_id"),
}

_RUN_BODY = ops.run_request(assistant_id="a", thread_id="t")
CALLS: list[Question] = [
    ops.assistants_create(name="a"),
    ops.threads_create(),
    ops.messages_create(thread_id="t", content="c"),
    ops.runs_run(_RUN_BODY),
    ops.runs_stream_run(_RUN_BODY),
    ops.runs_submit_tool_outputs(run_id="r", thread_id="t", tool_outputs=[]),
    ops.runs_cancel(run_id="r", thread_id="t"),
    ops.runs_list(thread_id="t"),
    ops.runs_query(thread_id="t", run_id="r"),
    ops.steps_list(thread_id="t", run_id="r"),
    ops.steps_query(thread_id="t", run_id="r", step_id="s"),
]


def methods() -> list[tuple[str, Callable[..., Any]]]:
    """Every public method of every resource, of both clients."""
    return [
        (f"{name}.{method}", getattr(cls, method))
        for name, classes in RESOURCES.items()
        for cls in classes
        for method in vars(cls)
        if not method.startswith("_")
    ]


def parameters(method: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(method).parameters.values())[1:]


def request_schema(operation: str) -> dict[str, Any]:
    content = OPERATIONS[operation]["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    schema: dict[str, Any] = SPEC["components"]["schemas"][name]
    return schema


def test_every_operation_is_bound_once() -> None:
    """Each operationId has one call; createRun has two, one for each kind of answer."""
    bound = sorted(call.operation for call in CALLS)

    assert bound == sorted([*OPERATIONS, "createRun"])


def test_every_border_function_is_checked_here() -> None:
    """A new function in _operations.py must be added to the list above."""
    functions = [
        name
        for name, value in vars(ops).items()
        if inspect.isfunction(value)
        and value.__module__ == ops.__name__
        and not name.startswith("_")
        and name != "run_request"
    ]

    assert len(functions) == len(CALLS)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_paths_and_marks(call: Question) -> None:
    """A call goes where the spec says and is repeated only if the spec allows it."""
    operation = OPERATIONS[call.operation]

    assert call.request.path == operation["path"]
    assert call.request.method == "POST"
    assert call.repeatable is operation["x-repeatable"]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_bodies(call: Question) -> None:
    """What is sent has the required fields and no other than the spec's."""
    schema = request_schema(call.operation)
    body = json.loads(call.request.body)

    assert set(schema.get("required", [])) <= set(body) <= set(schema["properties"])


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_patience(call: Question) -> None:
    """Where a model is at work, the wait is long; elsewhere short."""
    working = call.operation in ("createRun", "submitToolOutputs")

    assert call.read_seconds == (600.0 if working else 30.0)


def test_the_methods_are_the_official_ones() -> None:
    """No method is missing, none has another name, on either client."""
    assert sorted(name for name, _ in methods()) == sorted([*OFFICIAL, *OFFICIAL])


@pytest.mark.parametrize(
    ("name", "method"), methods(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_signatures(name: str, method: Callable[..., Any]) -> None:
    """Parameters have the official names in the official order, and can be given by position."""
    operation, names = OFFICIAL[name]
    found = parameters(method)
    properties = set(request_schema(operation)["properties"]) - {"stream"}

    assert [p.name for p in found] == names.split()
    assert all(p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for p in found)
    assert {p.name for p in found} == properties
    required = {p.name for p in found if p.default is inspect.Parameter.empty}
    assert required == set(request_schema(operation).get("required", [])) - {"role"}
    assert all(p.default in (None, "user") for p in found if p.name not in required)


@pytest.mark.parametrize(
    ("name", "method"), methods(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_docstrings(name: str, method: Callable[..., Any]) -> None:
    """A docstring ends with the operation's id, so that the spec can be found from an editor."""
    text = inspect.getdoc(method) or ""

    assert re.findall(r"\((\w+)\)$", text) == [OFFICIAL[name][0]]


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_both_clients_are_alike(name: str) -> None:
    """Method by method, both have the same signature but for what is awaited."""
    plain, marked = RESOURCES[name]

    def surface(cls: type) -> dict[str, str]:
        return {
            method: str(inspect.signature(value)).replace("Async", "")
            for method, value in vars(cls).items()
            if inspect.isfunction(value)
        }

    assert surface(plain) == surface(marked)


def test_run_parameters_are_carried_over() -> None:
    """Each parameter of `run` arrives in the body under its own name."""
    names = [p for p in OFFICIAL["runs.run"][1].split() if p != "tools"]
    given: dict[str, Any] = {name: {"v": name} for name in names}

    request = json.loads(ops.runs_run(ops.run_request(tools=[{"t": 1}], **given)).request.body)

    assert request == {**given, "tools": [{"t": 1}], "stream": False}


def test_types_are_the_spec_s() -> None:
    """Every schema that a user may name is in `types`; bodies and errors are the wrapper's own."""
    types = importlib.import_module("appbuilder_assistants.types")
    own = {"ErrorEnvelope", "ErrorDetail", "RunStatus"}
    schemas = {name for name in SPEC["components"]["schemas"] if not name.endswith("Request")}

    assert set(types.__all__) - {"Json", "final_text"} == schemas - own
    assert sorted(types.__all__) == types.__all__ == dir(types)
    assert all(hasattr(types, name) for name in types.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Runs'"):
        _ = types.Runs
