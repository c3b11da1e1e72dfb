"""The operations of openapi.yaml, and the methods of both clients that carry them out."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import yaml
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, _operations
from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants._core.requests import OperationRequest, Request
from appbuilder_assistants._files.upload import uploading
from appbuilder_assistants._operations import assistants, files, runs

from tests.border.official import ADDED, LISTS, OFFICIAL, PAGING, TOOLS

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
