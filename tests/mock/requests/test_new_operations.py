"""Operations that the spec has and the mock has no handler for."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
import yaml
from appbuilder_mock.contract import the_contract
from appbuilder_mock.handlers.by_operation import HANDLERS

from tests.mock.control.page import Page
from tests.mock.process import serving
from tests.mock.wire import Api

THREAD = "#/components/schemas/Thread"
JSON_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["thread_id"],
                "properties": {"thread_id": {"type": "string", "maxLength": 20}},
            },
            "examples": {"one": {"value": {"thread_id": "thread_会话"}}},
        }
    },
}
UPLOAD = {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
DELTAS = "event: ping\ndata: {}\n\ndata: 你好\n\n"


def operation(id_: str, body: dict[str, Any], status: str, **content: Any) -> dict[str, Any]:
    return {
        "operationId": id_,
        "tags": ["threads"],
        "summary": f"New: {id_}",
        "x-repeatable": True,
        **({"requestBody": body} if body else {}),
        "responses": {status: {"description": "The answer.", **content}},
    }


NEW = {
    # The example is that of a schema that a branch refers to.
    "/v2/threads/archive": operation(
        "archiveThread",
        JSON_BODY,
        "200",
        content={"application/json": {"schema": {"oneOf": [{"$ref": THREAD}, {"type": "null"}]}}},
    ),
    "/v2/threads/watch": operation(
        "watchThread",
        JSON_BODY,
        "201",
        content={"text/event-stream": {"examples": {"one": {"value": DELTAS}}}},
    ),
    "/v2/threads/touch": operation("touchThread", {}, "204"),
    "/v2/threads/import": operation(
        "importThread", UPLOAD, "200", content={"application/json": {"example": {"n": 3}}}
    ),
    "/v2/threads/blank": operation(
        "blankThread", JSON_BODY, "200", content={"application/json": {"schema": {}}}
    ),
}


@pytest.fixture
def of_a_larger_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the package whose openapi.yaml has the new operations; processes import it."""
    copy = tmp_path / "appbuilder_mock"
    shutil.copytree(Path(appbuilder_mock.__file__).parent, copy)
    document = {**the_contract().document}
    new = {path: {"post": added} for path, added in NEW.items()}
    document["paths"] = {**document["paths"], **new}
    (copy / "openapi.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("of_a_larger_spec")
def test_answered_by_an_example() -> None:
    """The request is validated; the answer is the spec's example, marked in log and reference."""
    body = {"thread_id": "thread_会话"}
    with serving(quiet=False) as server, server.api() as api:
        archived = api.http.post("/v2/threads/archive", json=body)
        refused = api.http.post("/v2/threads/archive", json={"thread_id": 5})
        streamed = api.http.post("/v2/threads/watch", json=body)
        touched = api.http.post("/v2/threads/touch")
        imported = api.http.post("/v2/threads/import", files={"file": b"x" * 3_000_000})
        blank = api.http.post("/v2/threads/blank", json=body)
        known = api.http.post("/v2/threads", json={})
        rule = {"match": {"operation": "archiveThread"}, "fault": {"status": 503}}
        assert api.http.post("/_mock/scenario", json={"rules": [rule]}).is_success
        scripted = api.http.post("/v2/threads/archive", json=body)
        page = Page(api.http.get("/docs?lang=en").text)
        chinese = Page(api.http.get("/docs?lang=zh").text)
        _, log, _ = server.stop(signal.SIGTERM)

    [example] = the_contract().document["components"]["schemas"]["Thread"]["examples"]
    assert (archived.status_code, archived.json()) == (200, example)
    assert archived.headers["X-Mock-Example"] == "archiveThread"
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "thread_id: expected string, got 5"
    assert (streamed.status_code, streamed.text) == (201, DELTAS)
    assert streamed.headers["Content-Type"].startswith("text/event-stream")
    assert (touched.status_code, touched.content) == (204, b"")
    assert imported.json() == {"n": 3}
    assert blank.status_code == 501
    assert "blankThread (POST /v2/threads/blank)" in blank.json()["error"]["message"]
    assert "X-Mock-Example" not in known.headers
    assert scripted.status_code == 503
    marked = {
        line.split()[2]: line.endswith(" example") for line in log.splitlines() if "/v2" in line
    }
    assert marked == {
        **dict.fromkeys(["watchThread", "touchThread", "importThread"], True),
        **dict.fromkeys(["blankThread", "createThread", "archiveThread"], False),
    }
    assert page.text.count("this server answers with an example") == len(NEW)
    assert chinese.text.count("本服务器以示例作答") == len(NEW)


@pytest.mark.usefixtures("of_a_larger_spec")
@pytest.mark.parametrize("form", ["status", "body"])
def test_strict(form: str) -> None:
    """501 that names the operation, in the form that the server plays; others as ever."""
    with serving("--strict", "--errors", form) as server, server.api() as api:
        answer = api.http.post("/v2/threads/archive", json={"thread_id": "t"})
        known = api.http.post("/v2/threads", json={})

    error = answer.json()["error"]
    assert answer.status_code == (501 if form == "status" else 200)
    assert (error["code"], error["type"]) == ("operation_not_implemented", "server_error")
    assert error["message"] == (
        "this server has no handler for archiveThread (POST /v2/threads/archive); "
        "without --strict it answers with an example of openapi.yaml"
    )
    assert "X-Mock-Example" not in answer.headers
    assert known.status_code == 200


def test_strict_in_python() -> None:
    with appbuilder_mock.running(strict=True) as server, Api(server.url, server.token) as api:
        assert api.post("threads", {}).status_code == 200


def test_every_handler_has_an_operation() -> None:
    """A handler whose operation has gone from the spec would never be called."""
    assert set(HANDLERS) <= set(the_contract().operations)
