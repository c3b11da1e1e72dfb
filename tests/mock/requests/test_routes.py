"""Routes, methods, request ids, and the forms of errors."""

from __future__ import annotations

import socket
from typing import Any

import appbuilder_mock
import pytest
import yaml

from tests.mock.wire import Api

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("{url}/v2/threads", 200),
        ("{url}/v2/threads?a=b", 200),
        ("HTTP://example.com/v2/threads", 200),
        ("https://[::1]:1/v2/%74hreads", 200),
        ("{url}", 405),
        ("{url}/v2/nowhere", 404),
        ("http://attacker.example/_mock/reset", 403),
        ("http://localhost/_mock/reset", 204),
    ],
)
def test_a_target_with_scheme_and_host(target: str, status: int) -> None:
    """Served as its path is; its host counts in place of the header's, for the control as well."""
    with appbuilder_mock.running() as server:
        head = f"POST {target.format(url=server.url)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += "Authorization: Bearer mock-token\r\nContent-Type: application/json\r\n"
        head += "Content-Length: 2\r\nConnection: close\r\n\r\n{}"
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head.encode())
            answer = connection.makefile("rb").read()
        received = [one.path for one in server.requests]

    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
    assert all(path.startswith("/v2/") for path in received)


def test_another_token() -> None:
    """The token given is the only right one."""
    with appbuilder_mock.running(token="s3cret") as server, Api(server.url, "s3cret") as api:
        right = api.post("threads", {}).status_code
        headers = {"Authorization": "Bearer mock-token"}
        wrong = api.post("threads", {}, headers=headers).status_code

    assert (right, wrong) == (200, 401)
    assert "s3cret" not in repr(server)


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/v2/assistant", "/v2/assistants"),
        ("/v2/threads/", "/v2/threads"),
        ("/v2/threads/runs/querry", "/v2/threads/runs/query"),
        ("/v1/threads/runs/steps/list", "/v2/threads/runs/steps/list"),
        ("/nowhere", "POST /v2/"),
        ("/%00%ff/字", "POST /v2/"),
    ],
)
def test_an_unknown_route(api: Api, path: str, nearest: str) -> None:
    """404 in the envelope that names the nearest route."""
    response = api.http.post(path)

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "route_not_found"
    assert nearest in response.json()["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_another_method(api: Api, method: str) -> None:
    """405 that says which one is right."""
    response = api.http.request(method, "/v2/threads")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    if method != "HEAD":
        assert response.json()["error"]["code"] == "method_not_allowed"


def test_the_contract_is_served(api: Api) -> None:
    """openapi.yaml itself, to anyone; every operation in it has a route."""
    api.http.headers.pop("Authorization")
    response = api.http.get("/openapi.yaml")
    paths = yaml.safe_load(response.content)["paths"]

    assert response.headers["content-type"] == "application/yaml"
    assert {api.http.post(path).status_code for path in paths} == {401}


REQUEST_ID = "X-Appbuilder-Request-Id"


def test_every_answer_has_a_request_id(api: Api) -> None:
    """The caller's own, on answers, errors and streams."""
    given = {REQUEST_ID: "3f0c-1.2:X_"}
    stream = {"assistant_id": api.assistant(), "thread_id": api.thread("你好"), "stream": True}
    answers = [
        api.post("threads", {}, headers=given),
        api.post("threads/runs", stream, headers=given),
        api.post("assistants", {}, headers=given),
        api.post("nothing", {}, headers=given),
        api.http.get("/v2/threads", headers=given),
        api.http.get("/openapi.yaml", headers=given),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 405, 200]
    assert {answer.headers[REQUEST_ID] for answer in answers} == {"3f0c-1.2:X_"}


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 129, "字".encode()])
def test_a_request_id_of_our_own(api: Api, given: Any) -> None:
    """A new one each time, where the caller sent none or nonsense."""
    headers: Any = {} if given is None else {REQUEST_ID: given}
    ids = {api.post("threads", {}, headers=headers).headers[REQUEST_ID] for _ in range(2)}

    assert len(ids) == 2
    assert all(len(id_) == 36 for id_ in ids)


def test_a_failing_plan_is_a_failed_run() -> None:
    """A bug in what decides the answer ends the run, and not the server."""

    def plan(_: object) -> Any:
        raise RuntimeError("坏了")

    with appbuilder_mock.running(plan=plan) as server, Api(server.url, server.token) as api:
        run = api.run()
        received = api.streamed()

    assert run["status"] == "failed"
    assert run["failed_at"] > 0
    assert run["last_error"] == {"type": "server_error", "message": "RuntimeError: 坏了"}
    assert received[-1].data["status"] == "failed"


def test_errors_under_status_200() -> None:
    """The service's other form, with `params`; a wrong token stays a 401."""
    with appbuilder_mock.running(error_form="body") as server, Api(server.url, server.token) as api:
        invalid = api.post("assistants", {"name": ""})
        unknown = api.post("threads/runs/query", {"thread_id": "t", "run_id": "r"})
        stream = api.post("threads/runs", {"assistant_id": "a", "thread_id": "t", "stream": True})
        right = api.post("threads", {})
        wrong = api.post("threads", {}, headers={"Authorization": "Bearer x"})

    assert {answer.status_code for answer in (invalid, unknown, stream, right)} == {200}
    assert invalid.json()["error"]["params"] == "name"
    assert "param" not in invalid.json()["error"]
    assert unknown.json()["error"]["code"] == "thread_not_found"
    assert stream.headers["content-type"] == "application/json"
    assert stream.json()["error"]["params"] == "assistant_id"
    assert right.json()["object"] == "thread"
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,  # a TLS greeting
        b"nonsense\r\n\r\n",
        b"POST /v2/threads HTTP/9.9\r\n\r\n",
        b"WRONG /v2/threads HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v2/threads HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /v2/threads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"\xff" * 4096 + b"\r\n\r\n",
    ],
)
def test_garbage_on_the_socket(api: Api, server: Any, garbage: bytes) -> None:
    """The connection is answered with 400 and closed; the server lives on."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(garbage)
        answer = connection.makefile("rb").readline()

    assert answer.startswith(b"HTTP/1.1 4")
    assert api.ok("threads")["object"] == "thread"


def test_connections_that_break_off(api: Api, server: Any) -> None:
    """In the middle of a body, or before any byte: nothing happens."""
    head = b"POST /v2/threads HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
    head += b"Authorization: Bearer mock-token\r\nContent-Type: application/json\r\n\r\n"
    for sent in (b"", head[:20], head, head + b'{"messages":'):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(sent)

    assert api.ok("threads")["object"] == "thread"
