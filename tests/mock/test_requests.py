"""Requests that are refused before they reach a handler, and the messages."""

from __future__ import annotations

import json
import socket
from typing import Any

import appbuilder_mock
import pytest
import yaml
from appbuilder_mock.middleware.json_body import MAX_BODY

from tests.mock.wire import Api, final_text

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "body", "param", "message"),
    [
        ("assistants", {}, "name", "expected a value, got nothing"),
        ("assistants", {"name": ""}, "name", "expected at least 1 characters"),
        ("assistants", {"name": "有 空格"}, "name", "matches"),
        ("assistants", {"name": "字" * 129}, "name", "expected at most 128 characters"),
        ("assistants", {"name": 5}, "name", "expected string, got 5"),
        ("assistants", {"name": "a", "description": "字" * 513}, "description", "at most 512"),
        ("assistants", {"name": "a", "instructions": "字" * 4097}, "instructions", "at most 4096"),
        ("assistants", {"name": "a", "file_ids": ["f"] * 11}, "file_ids", "at most 10 items"),
        ("assistants", {"name": "a", "response_format": "xml"}, "response_format", '"json_object"'),
        ("assistants", {"name": "a", "metadata": {"k": "字" * 513}}, "metadata.k", "at most 512"),
        ("assistants", {"name": "a", "metadata": {"k" * 65: ""}}, "metadata", "64 characters"),
        (
            "assistants",
            {"name": "a", "metadata": {str(key): "" for key in range(17)}},
            "metadata",
            "at most 16 pairs",
        ),
        (
            "assistants",
            {"name": "a", "tools": [{"type": "code", "function": {"name": "f"}}]},
            "tools[0].type",
            'expected "function", got "code"',
        ),
        ("assistants", [], None, "expected object, got []"),
        ("threads", {"messages": [{"role": "user"}]}, "messages[0].content", "got nothing"),
        ("threads/messages", {"thread_id": "t", "role": "user"}, "content", "got nothing"),
        (
            "threads/runs",
            {"assistant_id": "a", "thread": {"messages": [{"role": "x", "content": ""}]}},
            "thread.messages[0].role",
            'expected "user", got "x"',
        ),
        ("threads/runs", {"assistant_id": "a", "thread": 5}, "thread", "expected object or null"),
        ("threads/runs", {"assistant_id": "a"}, "thread", "Without `thread_id`"),
        (
            "threads/runs",
            {"assistant_id": "a", "thread": {"messages": []}, "thread_id": ""},
            "thread.messages",
            "at least 1 items",
        ),
        (
            "threads/runs",
            {
                "assistant_id": "a",
                "thread_id": "t",
                "tool_output": {"tool_call_id": "c", "output": "晴", "run_id": None},
            },
            "tool_output.run_id",
            "expected string, got null",
        ),
        (
            "threads/runs",
            {
                "assistant_id": "a",
                "thread_id": "t",
                "model_parameters": {"chat_parameters": {"temperature": -0.5}},
            },
            "model_parameters.chat_parameters.temperature",
            "expected at least 0, got -0.5",
        ),
        (
            "threads/runs/submit_tool_outputs",
            {"thread_id": "t", "run_id": "r", "tool_outputs": [{"tool_call_id": "c", "output": 5}]},
            "tool_outputs[0].output",
            "expected string, got 5",
        ),
    ],
)
def test_a_body_that_breaks_the_contract(
    api: Api, path: str, body: object, param: str | None, message: str
) -> None:
    """400 with the path of the field, what was expected and what came."""
    response = api.post(path, body)
    error = response.json()["error"]

    assert response.status_code == 400
    assert error["code"] == "invalid_parameter"
    assert error["param"] == param
    assert message in error["message"]
    assert len(error["message"]) < 600


def test_a_huge_value_is_shown_in_part(api: Api) -> None:
    """Neither one long text nor many short ones make a long message."""
    pairs = {str(key): "" for key in range(10_000)}
    for body in ({"name": "a", "metadata": pairs}, {"name": "字" * 1_000_000}):
        assert len(api.error("assistants", 400, **body)["message"]) < 600


def test_nulls_count_as_omitted(api: Api) -> None:
    """Explicit nulls and empty lists, as the official client sends them."""
    nulls = dict.fromkeys(
        ["description", "model", "response_format", "instructions", "tools", "file_ids", "metadata"]
    )
    assistant = api.ok("assistants", name="a", **nulls)
    run_nulls = dict.fromkeys(
        [
            *("model", "instructions", "thought_instructions", "chat_instructions", "stream"),
            *("tools", "metadata", "tool_output", "model_parameters", "user_info", "user_loc"),
        ]
    )
    thread = {"messages": [{"role": "user", "content": "你好", "file_ids": None}], "metadata": None}
    run = api.run(assistant_id=assistant["id"], thread_id=None, thread=thread, **run_nulls)

    assert (assistant["description"], assistant["tools"]) == ("", [])
    assert assistant["response_format"] == "text"
    assert run["status"] == "completed"


DEEP = b'{"name": "a", "metadata": ' + b'{"k": ' * 101 + b"1" + b"}" * 102


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"name": "a"} {}', "not JSON"),
        (b"name=a", "not JSON"),
        (b'\xef\xbb\xbf{"name": "a"}', "not JSON"),
        ('{"name": "字"}'.encode("gbk"), "not UTF-8"),
        ('{"name": "字"}'.encode("utf-16"), "not UTF-8"),
        (b'{"name": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"name": "\\ud800"}', "half of a surrogate pair"),
        (b'{"name": NaN}', "NaN is not a JSON number"),
        (b'{"name": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"name": 1e999}', "1e999 is too large"),
        (b'{"name": ' + b"9" * 5000 + b"}", "5000 digits"),
        (b"[" * 40_000, "nested deeper"),
        (b'{"a":' * 40_000, "nested deeper"),
        (b"[" * 1_000_000, "more than 50000 values"),
        (b'{"a":' * 100_000, "more than 50000 values"),
        (DEEP, "nested deeper than 100 levels"),
        (b"\x00\x01\x02\xff", "not UTF-8"),
    ],
)
def test_a_body_that_is_nonsense(api: Api, raw: bytes, message: str) -> None:
    """400 that says what is wrong, whatever the bytes are; and the server lives on."""
    response = api.post("assistants", content=raw, headers=JSON)

    assert response.status_code == 400
    assert message in response.json()["error"]["message"]
    assert api.ok("threads")["object"] == "thread"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]
)
def test_a_body_of_another_type(api: Api, content_type: str) -> None:
    """415, though its bytes may be JSON."""
    headers = {"Content-Type": content_type}
    response = api.post("assistants", content=b'{"name": "a"}', headers=headers)

    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_a_content_type_with_a_charset(api: Api, content_type: str) -> None:
    """Parameters and case do not matter."""
    headers = {"Content-Type": content_type}
    response = api.post("assistants", content='{"name": "字"}'.encode(), headers=headers)

    assert response.status_code == 200


def test_ten_megabytes_of_chinese(api: Api) -> None:
    """They come back whole, in the message and in the pieces of the answer."""
    text = "汉字" * 1_750_000
    thread_id = api.thread()
    message = api.ok("threads/messages", thread_id=thread_id, role="user", content=text)

    assert len(text.encode()) > 10_000_000
    assert message["content"][0]["text"]["value"] == text
    assert final_text(api.run(thread_id=thread_id)) == f'你说:「{text}」 You said: "{text}"'


def test_a_body_that_is_too_large(api: Api) -> None:
    """413 that names the limit; one byte less is read."""
    frame = json.dumps({"thread_id": "t", "role": "user", "content": ""}).encode()
    room = MAX_BODY - len(frame)
    fits, larger = (frame[:-2] + b"a" * size + frame[-2:] for size in (room, room + 1))
    within = api.post("threads/messages", content=fits, headers=JSON)
    beyond = api.post("threads/messages", content=larger, headers=JSON)

    assert (len(fits), within.status_code) == (MAX_BODY, 404)
    assert beyond.status_code == 413
    assert beyond.json()["error"]["code"] == "body_too_large"
    assert str(MAX_BODY) in beyond.json()["error"]["message"]


@pytest.mark.parametrize(
    ("header", "got"),
    [
        (None, "no such header"),
        ("", "no such header"),
        ("Bearer", "no token"),
        ("Bearer wrong", "another token"),
        ("Bearer mock-toke", "another token"),
        ("Bearer mock-token2", "another token"),
        ("Basic mock-token", "another scheme"),
        ("mock-token", "another scheme"),
        ("Bearer 令牌".encode(), "another token"),
    ],
)
def test_a_wrong_token(api: Api, header: str | bytes | None, got: str) -> None:
    """401 in the envelope that does not give the right one away."""
    headers: Any = {} if header is None else {"Authorization": header}
    api.http.headers.pop("Authorization")
    response = api.post("threads", {}, headers=headers)
    body = response.json()["error"]

    assert response.status_code == 401
    assert (body["code"], body["type"]) == ("invalid_token", "authentication_error")
    assert body["message"].endswith(f"got {got}")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "mock-token" not in response.text


def test_a_wrong_token_on_a_large_body(api: Api) -> None:
    """The answer is seen although the client is still sending when its token is known."""
    body = {"messages": [{"role": "user", "content": "字" * 5_000_000}]}
    response = api.post("threads", body, headers={"Authorization": "Bearer wrong"})

    assert response.status_code == 401


def test_the_other_authorization_header_does_not_count(api: Api) -> None:
    """The official client sends both; only `Authorization` is documented."""
    token = api.http.headers.pop("Authorization")
    response = api.post("threads", {}, headers={"X-Appbuilder-Authorization": token})

    assert response.status_code == 401


@pytest.mark.parametrize("second", ["Bearer wrong", "Bearer mock-token", ""])
@pytest.mark.parametrize("first", [True, False])
def test_two_authorization_headers(api: Api, second: str, first: bool) -> None:
    """400, in any order: which of them counts could only be guessed."""
    token = api.http.headers.pop("Authorization")
    pair = [token, second] if first else [second, token]
    response = api.post("threads", {}, headers=[("Authorization", one) for one in pair])

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "expected one header Authorization, got 2"


def test_two_content_types(api: Api) -> None:
    headers = [("Content-Type", "application/json"), ("Content-Type", "text/plain")]
    response = api.post("threads", content=b"{}", headers=headers)

    assert response.status_code == 400
    assert response.json()["error"]["param"] == "Content-Type"


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


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "WRONG"])
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
