"""The wrapper against the spec: every operation has its method, path and official names."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import yaml
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, _operations
from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants._core.limits import (
    FIRST_POLL_DELAY,
    MAX_PARALLEL,
    MAX_POLL_DELAY,
    MAX_ROUNDS,
)
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._core.requests import OperationRequest, Request
from appbuilder_assistants._files.upload import uploading
from appbuilder_assistants._operations import assistants, files, runs, threads
from appbuilder_assistants.types import AssistantMessage, AssistantThread, AssistantThreadDict

from scripts.evidence import about

ROOT = Path(__file__).parents[2]
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: {**operation, "path": path}
    for path, methods in SPEC["paths"].items()
    for method, operation in methods.items()
    if method == "post"
}
PATHS = {tag["name"]: tag["x-resource"] for tag in SPEC["tags"]}
RESOURCES = {
    path.rpartition(".")[2]: (
        type(attrgetter(path)(AppBuilder(token="none"))),
        type(attrgetter(path)(AsyncAppBuilder(token="none"))),
    )
    for path in PATHS.values()
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


def name_of(operation: dict[str, Any]) -> str:
    """The method of an operation in the clients, such as `messages.list`."""
    return f"{PATHS[operation['tags'][0]].rpartition('.')[2]}.{operation['x-method']}"


def positional(operation: dict[str, Any]) -> list[str]:
    required = request_schema(operation["operationId"]).get("required", [])
    names: list[str] = operation.get("x-positional", required)
    return names


def calls() -> Iterator[OperationRequest]:
    """A call of each operation with what it requires; createRun has one for each kind of answer."""
    for id_, operation in OPERATIONS.items():
        module, method = name_of(operation).split(".")
        schema = request_schema(id_)
        given = schema["examples"][0]
        required = {name: given[name] for name in schema.get("required", ())}
        bound = importlib.import_module(f"{_operations.__name__}.{module}")
        if id_ == "createRun":
            yield run_calls.run(_RUN_BODY)
            yield run_calls.stream_run(_RUN_BODY)
        elif id_ == "createFile":
            yield _UPLOAD
        elif id_ == "createAssistant":
            yield assistants.assistants_create(name="a")
        else:
            yield getattr(bound, f"{module}_{method}")(**required)


def request_schema(operation: str) -> dict[str, Any]:
    ((_, content),) = OPERATIONS[operation]["requestBody"]["content"].items()
    name = content["schema"]["$ref"].rpartition("/")[2]
    schema: dict[str, Any] = SPEC["components"]["schemas"][name]
    return schema


CALLS = list(calls())
# Later operations, which the official client does not have: their methods follow from the spec.
NEW = {
    name_of(operation): (id_, " ".join(positional(operation)))
    for id_, operation in OPERATIONS.items()
    if id_ not in {official for official, _ in OFFICIAL.values()}
}
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


def added(name: str) -> tuple[str, str]:
    """The operation's own method, and our parameters."""
    if name.removesuffix("_all") in NEW and name not in NEW:
        return name.removesuffix("_all"), PAGING
    return (LISTS | TOOLS).get(name, (name, ADDED.get(name, "")))


def parameters(method: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(method).parameters.values())[1:]


def sent(request: Request) -> Any:
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


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
