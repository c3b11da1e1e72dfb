"""The requests of every operation's module, against the spec."""

from __future__ import annotations

import inspect
import io
import re
from email.parser import BytesParser
from email.policy import HTTP
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import appbuilder_api
import httpx
import pytest
from appbuilder_api import models
from appbuilder_api.api.files import create_file, list_files
from appbuilder_api.api.runs import query_run

from tests.generated.spec import OPERATIONS, SCHEMAS, body_schema, model

JSON = {
    operation_id: body
    for operation_id, operation in OPERATIONS.items()
    if (body := body_schema(operation, "application/json"))
}
BODIES = [
    (operation_id, value)
    for operation_id, body in JSON.items()
    for value in [
        *SCHEMAS[body]["examples"],
        *(
            example["value"]
            for example in OPERATIONS[operation_id]["requestBody"]["content"]["application/json"]
            .get("examples", {})
            .values()
        ),
    ]
]


def module_path(operation_id: str) -> str:
    """Where the module of an operation is, below `api`: its tag, and its id in snake case."""
    name = re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), operation_id)
    return f"{OPERATIONS[operation_id]['tags'][0]}/{name}"


def module(operation_id: str) -> ModuleType:
    """The generated module of an operation."""
    return import_module("appbuilder_api.api." + module_path(operation_id).replace("/", "."))


def test_every_operation_has_a_module() -> None:
    """Every operation has a module, and there is no other module."""
    folder = Path(appbuilder_api.__file__).parent / "api"
    written = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.py")}

    assert {name for name in written if not name.endswith("__init__")} == set(
        map(module_path, OPERATIONS)
    )


@pytest.mark.parametrize(("operation_id", "value"), BODIES, ids=[name for name, _ in BODIES])
def test_json_request(operation_id: str, value: dict[str, Any]) -> None:
    """Method, path and body, from every example of the body."""
    operation = OPERATIONS[operation_id]

    assert module(operation_id).request(model(JSON[operation_id]).from_dict(value)) == {
        "method": operation["method"].upper(),
        "url": operation["path"],
        "json": value,
    }


@pytest.mark.parametrize("operation_id", JSON)
def test_json_request_is_typed(operation_id: str) -> None:
    """It takes the operation's own model; mypy holds the modules to what they say."""
    signature = inspect.signature(module(operation_id).request)

    assert str(signature) == f"(body: '{JSON[operation_id]}') -> 'Request'"


def test_request_built_by_hand() -> None:
    """Omitted fields are not sent, and an object without fields is an empty object."""
    query = models.QueryRunRequest(thread_id="thread_1", run_id="run_1")

    assert query_run.request(query)["json"] == {"thread_id": "thread_1", "run_id": "run_1"}
    assert list_files.request(models.ListFilesRequest())["json"] == {}


def test_only_multipart_bodies_are_no_json() -> None:
    """The tests here cover all operations."""
    assert OPERATIONS.keys() - JSON.keys() == {"createFile"}
    assert not hasattr(models, "CreateFileRequest")


def test_multipart_request_is_typed() -> None:
    """The parts and the query are arguments, named as in the spec."""
    assert str(inspect.signature(create_file.request)) == (
        "(*, file: 'object', purpose: 'str | None' = None) -> 'MultipartRequest'"
    )


def test_multipart_request_hands_parts_on() -> None:
    """Untouched: writing the body is the sender's."""
    part = object()

    built = create_file.request(file=part, purpose="assistant")

    assert built == {
        "method": "POST",
        "url": "/v2/storage/files",
        "params": {"purpose": "assistant"},
        "files": {"file": part},
    }
    assert built["files"]["file"] is part
    assert create_file.request(file=part)["params"] == {}


def test_multipart_request_fits_httpx() -> None:
    """The file may have any bytes, also those that the generator takes for the body's end."""
    content = b"\r\n--+++--\r\n\x00\xff" + "你好".encode()
    built = create_file.request(
        file=("说明.txt", io.BytesIO(content), "text/plain"), purpose="assistant"
    )

    with httpx.Client(base_url="http://127.0.0.1:1") as client:
        sent = client.build_request(**built)

    assert (sent.method, str(sent.url)) == (
        "POST",
        "http://127.0.0.1:1/v2/storage/files?purpose=assistant",
    )
    head = f"Content-Type: {sent.headers['Content-Type']}\r\n\r\n".encode()
    (part,) = BytesParser(policy=HTTP).parsebytes(head + sent.read()).iter_parts()
    assert part.get_content_disposition() == "form-data"
    assert part.get_param("name", header="Content-Disposition") == "file"
    assert part.get_payload(decode=True) == content
