"""Faults of a scenario, as a client sees them on the wire."""

from __future__ import annotations

import socket

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.scenarios import (
    ErrorBody,
    Fault,
    Match,
    Rule,
    ToolCall,
)

from tests.mock.scenarios.calls import inject, threads
from tests.mock.uploads import upload
from tests.mock.wire import Api, final_text

# ── A status instead of an answer ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("operation", the_contract().operations)
def test_any_operation(mock: appbuilder_mock.Running, api: Api, operation: str) -> None:
    """The response is the status, nothing is carried out, and the connection stays usable."""
    inject(mock, Fault(status=503), operation)
    path = the_contract().operations[operation].path
    if operation == "createFile":
        files = {"file": ("说明.txt", b"x" * 30_000_000)}
        response = api.http.post(path, params={"purpose": "assistant"}, files=files)
        [upload_seen] = api.http.get("/_mock/requests").json()["data"]
        assert upload_seen["body_length"] > 30_000_000  # answered when all had come
    else:
        response = api.http.post(path, json={"name": "助手", "assistant_id": "a"})

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "scripted_fault"
    assert mock.state() == {"assistants": [], "threads": [], "files": []}
    assert [one.status for one in mock.assert_received(operation, times=1)] == [503]
    mock.script()
    assert api.thread()


def test_an_error_of_its_own(mock: appbuilder_mock.Running, api: Api) -> None:
    """The envelope with what the fault says, and Retry-After."""
    error = ErrorBody("rate_limit_exceeded", "请求过于频繁", param="thread_id")
    inject(mock, Fault(status=429, error=error, retry_after=7))
    response = api.post("threads", {})

    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.headers["x-appbuilder-request-id"]
    assert response.json()["error"] == {
        "code": "rate_limit_exceeded",
        "message": "请求过于频繁",
        "type": "rate_limit_error",
        "param": "thread_id",
    }


@pytest.mark.parametrize(("given", "sent"), [("quota", "quota"), (None, "")])
def test_an_error_under_status_200(
    mock: appbuilder_mock.Running, api: Api, given: str | None, sent: str
) -> None:
    """The service's other form, with a code that is a number and a type of its own, or none."""
    inject(mock, Fault(status=200, error=ErrorBody(13, "QPS", type=given)))
    response = api.post("threads", {})

    assert response.status_code == 200
    error = {"code": 13, "message": "QPS", "type": sent, "params": None}
    assert response.json() == {"error": error}


def test_a_body_of_its_own(mock: appbuilder_mock.Running, api: Api) -> None:
    """As it stands; JSON by its type unless the fault says otherwise."""
    page = "<html>网关错误</html>"
    inject(mock, Fault(status=502, body=page, content_type="text/html; charset=utf-8"))
    response = api.post("threads", {})
    inject(mock, Fault(status=200, body="{"))
    half = api.post("threads", {})

    assert (response.status_code, response.text) == (502, page)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert (half.text, half.headers["content-type"]) == ("{", "application/json")


def test_a_failure_that_passes(mock: appbuilder_mock.Running, api: Api) -> None:
    """The first two calls meet it, the third one is answered."""
    rule = Rule(match=Match(operation="createThread", times=2), fault=Fault(status=500))
    mock.script(rule)

    assert [api.post("threads", {}).status_code for _ in range(4)] == [500, 500, 200, 200]


def test_calls_about_a_run(mock: appbuilder_mock.Running, api: Api) -> None:
    """They are distinguished by the assistant and the text of the run they are about."""
    assistant = api.assistant(name="天气助手")
    runs = [api.run(assistant_id=assistant, thread_id=api.thread(text)) for text in ("早", "晚")]
    match = Match(operation="queryRun", assistant="天气助手", text="晚")
    mock.script(Rule(match=match, fault=Fault(status=500)))
    asked = [{"thread_id": run["thread_id"], "run_id": run["id"]} for run in runs]

    assert [api.post("threads/runs/query", one).status_code for one in asked] == [200, 500]


def test_continuing_matches_faults(mock: appbuilder_mock.Running, api: Api) -> None:
    """A rule that is a fault alone is met when a tool's output comes, and again after it passed."""
    mock.script(
        Rule(match=Match(nth=2), fault=Fault(status=503)),
        Rule(tool_rounds=[[ToolCall("查")]], reply="{outputs}"),
    )
    run = api.run()
    [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    given = {"tool_call_id": call["id"], "output": "好", "run_id": run["id"]}
    body = {"assistant_id": run["assistant_id"], "thread_id": run["thread_id"]}

    assert api.post("threads/runs", {**body, "tool_output": given}).status_code == 503
    assert final_text(api.run(**body, tool_output=given)) == "好"


def test_a_wrong_token_matches_no_rule(mock: appbuilder_mock.Running, api: Api) -> None:
    """It is 401 as ever, and uses nothing up."""
    mock.script(Rule(match=Match(operation="any", times=1), fault=Fault(status=503)))
    wrong = {"Authorization": "Bearer 别人".encode()}

    assert api.post("threads", {}, headers=wrong).status_code == 401
    assert [api.post("threads", {}).status_code for _ in range(2)] == [503, 200]


def test_calls_that_match_no_rule(mock: appbuilder_mock.Running, api: Api) -> None:
    """Bodies that are wrong, too large or no JSON get the same answers beside a scenario."""
    other = Rule(match=Match(operation="any", text="没有人这样说"), fault=Fault(status=503))
    large = b" " * (32 * 1024 * 1024 + 1)
    headers = {"Content-Type": "application/json"}

    def statuses() -> list[int]:
        sent = (b"{", b'{"messages": 5}', large, b"{}", b"")
        return [
            api.http.post("/v2/threads", content=content, headers=headers).status_code
            for content in sent
        ]

    as_ever = statuses()
    mock.script(other)

    assert statuses() == as_ever == [400, 400, 413, 200, 400]
    assert upload(api, "你好".encode())["bytes"] == 6


# ── Resets ─────────────────────────────────────────────────────────────────────────────────────


def test_reset_before_reading(mock: appbuilder_mock.Running, api: Api) -> None:
    """A real reset, sent although the body never came; nothing is carried out."""
    inject(mock, Fault(reset="before_reading"))
    head = f"POST /v2/threads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {mock.token}\r\n"
    with socket.create_connection(("127.0.0.1", mock.port), timeout=30) as sock:
        sock.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
    with pytest.raises(httpx.TransportError):  # which one depends on what was sent by then
        api.post("threads", {})

    assert threads(mock) == 0
    assert [one.status for one in mock.assert_received("createThread", times=2)] == [None, None]


def test_reset_when_the_body_had_to_be_read(mock: appbuilder_mock.Running, api: Api) -> None:
    """An earlier rule needs it; the client sees the same, and no run begins."""
    mock.script(
        Rule(match=Match(text="别的"), reply="一"), Rule(fault=Fault(reset="before_reading"))
    )
    body = {"assistant_id": api.assistant(), "thread_id": api.thread("你好")}
    with pytest.raises(httpx.ReadError, match="reset"):
        api.post("threads/runs", body)

    assert mock.state()["threads"][0]["runs"] == []


def test_reset_before_answering(mock: appbuilder_mock.Running, api: Api) -> None:
    """All is carried out, and the answer is lost."""
    inject(mock, Fault(reset="before_answering"))
    with pytest.raises(httpx.ReadError, match="reset"):
        api.post("threads", {})

    assert threads(mock) == 1
    assert mock.assert_received("createThread")[0].status is None


@pytest.mark.parametrize("stream", [False, True])
def test_reset_of_a_run(mock: appbuilder_mock.Running, api: Api, stream: bool) -> None:
    """The run continues to its end, streamed or not."""
    mock.script(Rule(reply="再见", fault=Fault(reset="before_answering")))
    thread = api.thread("你好")
    body = {"assistant_id": api.assistant(), "thread_id": thread, "stream": stream}
    with pytest.raises(httpx.ReadError, match="reset"):
        api.post("threads/runs", body)

    [run] = api.ok("threads/runs/list", thread_id=thread)["data"]
    while run["status"] != "completed":
        assert run["status"] in ("queued", "in_progress")
        run = api.ok("threads/runs/query", thread_id=thread, run_id=run["id"])
