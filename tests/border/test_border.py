"""Where the wrapper meets the spec: nothing unbound, nothing misrouted, no name changed."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from appbuilder_assistants import _operations
from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants._async.resources.assistants import AsyncAssistants
from appbuilder_assistants._async.resources.files import AsyncFiles
from appbuilder_assistants._async.resources.messages import AsyncMessages
from appbuilder_assistants._async.resources.runs import AsyncRuns
from appbuilder_assistants._async.resources.steps import AsyncSteps
from appbuilder_assistants._async.resources.threads import AsyncThreads
from appbuilder_assistants._core.calls import OperationRequest, Request
from appbuilder_assistants._core.limits import (
    FIRST_POLL_DELAY,
    MAX_PARALLEL,
    MAX_POLL_DELAY,
    MAX_ROUNDS,
)
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._files.upload import uploading
from appbuilder_assistants._operations import assistants, files, messages, runs, steps, threads
from appbuilder_assistants._sync.resources.assistants import Assistants
from appbuilder_assistants._sync.resources.files import Files
from appbuilder_assistants._sync.resources.messages import Messages
from appbuilder_assistants._sync.resources.runs import Runs
from appbuilder_assistants._sync.resources.steps import Steps
from appbuilder_assistants._sync.resources.threads import Threads
from appbuilder_assistants.types import AssistantMessage, AssistantThread

from scripts.evidence import about

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
    "files": (Files, AsyncFiles),
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
PAGE = "limit order after before"
UPDATE = (
    "assistant_id model name description instructions tools thought_instructions "
    "chat_instructions response_format file_ids metadata"
)
OFFICIAL = {
    "assistants.create": ("createAssistant", CREATE),
    "assistants.update": ("updateAssistant", UPDATE),
    "assistants.list": ("listAssistants", PAGE),
    "assistants.query": ("queryAssistant", "assistant_id"),
    "assistants.delete": ("deleteAssistant", "assistant_id"),
    "assistants.mount_files": ("mountAssistantFile", "assistant_id file_id"),
    "assistants.mounted_files_list": ("listMountedFiles", f"assistant_id {PAGE}"),
    "assistants.unmount_files": ("unmountAssistantFile", "assistant_id file_id"),
    "files.create": ("createFile", "file_path purpose"),
    "files.list": ("listFiles", ""),
    "files.query": ("queryFile", "file_id"),
    "files.delete": ("deleteFile", "file_id"),
    "files.download": ("downloadFile", "file_id file_path timeout"),
    "files.content": ("readFile", "file_id timeout"),
    "threads.create": ("createThread", "messages"),
    "threads.query": ("queryThread", "thread_id"),
    "threads.update": ("updateThread", "thread_id metadata"),
    "threads.delete": ("deleteThread", "thread_id"),
    "messages.create": ("createMessage", "thread_id content role file_ids metadata"),
    "messages.update": ("updateMessage", "thread_id message_id content file_ids"),
    "messages.list": ("listMessages", f"thread_id {PAGE}"),
    "messages.query": ("queryMessage", "thread_id message_id"),
    "messages.files": ("listMessageFiles", f"thread_id message_id {PAGE}"),
    "runs.run": ("createRun", RUN),
    "runs.stream_run": ("createRun", RUN),
    "runs.stream_run_with_handler": (
        "createRun",
        RUN.replace("tool_output", "tool_output event_handler"),
    ),
    "runs.submit_tool_outputs": ("submitToolOutputs", "run_id thread_id tool_outputs"),
    "runs.cancel": ("cancelRun", "run_id thread_id sync"),
    "runs.list": ("listRuns", f"thread_id {PAGE}"),
    "runs.query": ("queryRun", "thread_id run_id"),
    "steps.list": ("listRunSteps", f"thread_id run_id {PAGE}"),
    "steps.query": ("queryRunStep", "thread_id run_id step_id"),
}

# Additions: whole methods, each with the official one that it completes, and parameters.
PAGING = "order after before page_size"
LISTS = {
    "assistants.list_all": ("assistants.list", PAGING),
    "assistants.mounted_files_list_all": ("assistants.mounted_files_list", PAGING),
    "files.list_all": ("files.list", "order"),
    "messages.list_all": ("messages.list", PAGING),
    "messages.files_all": ("messages.files", PAGING),
    "runs.list_all": ("runs.list", PAGING),
    "steps.list_all": ("steps.list", PAGING),
}
LATE = "deadline on_deadline"
STREAMS = f"{LATE} on_exit"
LOOP = "max_rounds max_parallel continuation"
TOOLS = {
    "runs.run_with_tools": ("runs.run", f"{LOOP} {LATE}"),
    "runs.stream_run_with_tools": ("runs.stream_run", f"{LOOP} {STREAMS}"),
    "runs.wait": ("runs.query", f"first_delay max_delay {LATE}"),
}
ADDED = {
    "files.create": "filename progress",
    "files.download": "overwrite",
    "runs.run": LATE,
    "runs.stream_run": STREAMS,
    "runs.stream_run_with_handler": STREAMS,
    "runs.submit_tool_outputs": LATE,
}
DEFAULTS = (MAX_ROUNDS, MAX_PARALLEL, "auto", FIRST_POLL_DELAY, MAX_POLL_DELAY, "close", "cancel")
# Not in the body of the request.
BESIDE = {"event_handler", "timeout"}
_RUN_BODY = runs.runs_run_body(assistant_id="a", thread_id="t")
with uploading(b"", "f") as _file:
    _UPLOAD = files.files_create(file=_file)
CALLS: list[OperationRequest] = [
    assistants.assistants_create(name="a"),
    assistants.assistants_update(assistant_id="a"),
    assistants.assistants_list(),
    assistants.assistants_query(assistant_id="a"),
    assistants.assistants_delete(assistant_id="a"),
    assistants.assistants_mount_files(assistant_id="a", file_id="f"),
    assistants.assistants_mounted_files_list(assistant_id="a"),
    assistants.assistants_unmount_files(assistant_id="a", file_id="f"),
    _UPLOAD,
    files.files_list(),
    files.files_query(file_id="f"),
    files.files_delete(file_id="f"),
    files.files_download(file_id="f"),
    files.files_content(file_id="f"),
    threads.threads_create(),
    threads.threads_query(thread_id="t"),
    threads.threads_update(thread_id="t"),
    threads.threads_delete(thread_id="t"),
    messages.messages_create(thread_id="t", content="c"),
    messages.messages_update(thread_id="t", message_id="m"),
    messages.messages_list(thread_id="t"),
    messages.messages_query(thread_id="t", message_id="m"),
    messages.messages_files(thread_id="t", message_id="m"),
    run_calls.run(_RUN_BODY),
    run_calls.stream_run(_RUN_BODY),
    runs.runs_submit_tool_outputs(run_id="r", thread_id="t", tool_outputs=[]),
    runs.runs_cancel(run_id="r", thread_id="t"),
    runs.runs_list(thread_id="t"),
    runs.runs_query(thread_id="t", run_id="r"),
    steps.steps_list(thread_id="t", run_id="r"),
    steps.steps_query(thread_id="t", run_id="r", step_id="s"),
]
JSON_CALLS = [call for call in CALLS if call is not _UPLOAD]


def methods() -> list[tuple[str, Callable[..., Any]]]:
    """Every public method of every resource, of both clients."""
    return [
        (f"{name}.{method}", getattr(cls, method))
        for name, classes in RESOURCES.items()
        for cls in classes
        for method, _ in inspect.getmembers(cls, inspect.isfunction)
        if not method.startswith("_")
    ]


def parameters(method: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(method).parameters.values())[1:]


def request_schema(operation: str) -> dict[str, Any]:
    ((_, content),) = OPERATIONS[operation]["requestBody"]["content"].items()
    name = content["schema"]["$ref"].rpartition("/")[2]
    schema: dict[str, Any] = SPEC["components"]["schemas"][name]
    return schema


def sent(request: Request) -> Any:
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


def test_every_operation_is_bound_once() -> None:
    """Each has one call; createRun has two, one for each kind of answer."""
    bound = sorted(call.operation for call in CALLS)

    assert bound == sorted([*OPERATIONS, "createRun"])


def test_every_border_function_is_checked_here() -> None:
    """A new function in _operations must be added to the list above."""
    modules = [
        importlib.import_module(f"{_operations.__name__}.{found.name}")
        for found in pkgutil.iter_modules(_operations.__path__)
        if not found.name.startswith("_")
    ]
    functions = [
        name
        for module in modules
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.endswith("_body")
    ]

    assert len(modules) == len(RESOURCES)
    assert len(functions) == len(CALLS) - 2  # createRun's are in _run_calls


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
    """No method is missing, none has another name, on either client; ours are named here."""
    assert sorted(name for name, _ in methods()) == sorted([*OFFICIAL, *LISTS, *TOOLS] * 2)


@pytest.mark.parametrize(
    ("name", "method"), methods(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_signatures(name: str, method: Callable[..., Any]) -> None:
    """Parameters have the official names in the official order; ours are keyword-only."""
    official, ours = (LISTS | TOOLS).get(name, (name, ADDED.get(name, "")))
    operation, names = OFFICIAL[official]
    if name in LISTS:
        names = names.removesuffix(PAGE)
    schema = request_schema(operation)
    found = parameters(method)
    positional = [p.name for p in found if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]

    assert positional == names.split()
    assert [p.name for p in found if p.kind is inspect.Parameter.KEYWORD_ONLY] == ours.split()
    assert len(found) == len(names.split()) + len(ours.split())
    required = {p.name for p in found if p.default is inspect.Parameter.empty}
    if operation == "createFile":
        assert required == {"file_path"}
        return
    # Whether the service needs a name is not known; the official client does.
    named = {"name"} if operation == "createAssistant" else set()
    assert required == set(schema.get("required", [])) - {"role"} | named
    if name in OFFICIAL:
        beside = {"file_path"} if operation == "downloadFile" else set()
        assert set(positional) - BESIDE - beside == set(schema["properties"]) - {"stream"}
    plain = (None, "user", "", False, *DEFAULTS)
    assert all(p.default in plain for p in found if p.name not in required)


@pytest.mark.parametrize(
    ("name", "method"), methods(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_docstrings(name: str, method: Callable[..., Any]) -> None:
    """A docstring ends with the operation's id, so that the spec can be found from an editor."""
    text = inspect.getdoc(method) or ""
    official, _ = (LISTS | TOOLS).get(name, (name, ""))

    assert re.findall(r"\((\w+)\)$", text) == [OFFICIAL[official][0]]


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
def test_who_speaks(message: Any, sent_as: Any) -> None:
    """A message that does not say so is the user's, as with the official client."""
    created = threads.threads_create(messages=(message,)).request
    assert sent(created) == {"messages": [sent_as]}

    for thread in ({"messages": [message]}, AssistantThread(messages=[message])):
        body = runs.runs_run_body(assistant_id="a", thread=thread)
        assert sent(run_calls.run(body).request)["thread"] == {"messages": [sent_as]}
        assert sent(run_calls.stream_run(body).request)["thread"] == {"messages": [sent_as]}


def test_no_messages() -> None:
    """Nothing is made of what is not there, and nothing is hidden of what is no message."""
    assert sent(threads.threads_create(messages=None).request) == {}
    assert sent(threads.threads_create(messages=[]).request) == {"messages": []}
    thread = {"metadata": {"a": "b"}}
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
