"""Faults of a scenario, as a client sees them on the wire."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.scenarios import (
    OPERATIONS,
    Cut,
    Drip,
    ErrorBody,
    Fault,
    Malformed,
    Match,
    Pause,
    Reply,
    Rule,
    ToolCall,
)

from tests.mock.process import serving
from tests.mock.test_streams import order
from tests.mock.uploads import upload
from tests.mock.wire import Api, final_text

LONG = 3600  # seconds: a test that waited for it would not end


@pytest.fixture(scope="module")
def mock() -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running(ping_interval=0.05) as running:
        yield running


@pytest.fixture
def api(mock: appbuilder_mock.Running) -> Iterator[Api]:
    mock.reset()
    mock.script()
    with Api(mock.url, mock.token) as caller:
        yield caller


def matched(mock: appbuilder_mock.Running, fault: Fault, operation: str = "createThread") -> None:
    """From now on, calls of the operation meet this fault."""
    mock.script(Rule(match=Match(operation=operation), fault=fault))


def threads(mock: appbuilder_mock.Running) -> int:
    return len(mock.state()["threads"])


def streamed(api: Api, timeout: float = 30) -> tuple[bytes, Exception | None]:
    """All bytes of a streamed run's answer, and how it broke off."""
    question = {"messages": [{"role": "user", "content": "你好"}]}
    body = {"assistant_id": api.assistant(), "thread": question, "stream": True}
    got = b""
    try:
        with api.http.stream("POST", "/v2/threads/runs", json=body, timeout=timeout) as response:
            for chunk in response.iter_raw():
                got += chunk
    except httpx.TransportError as error:
        return got, error
    return got, None


def events_in(received: bytes) -> list[bytes]:
    """The events that are there from their beginning to their end, without pings."""
    *whole, _ = received.split(b"\n\n")
    return [event for event in whole if not event.startswith(b"event: ping")]


# ── A status instead of an answer ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_operation(mock: appbuilder_mock.Running, api: Api, operation: str) -> None:
    """The response is the status, nothing is carried out, and the connection stays usable."""
    matched(mock, Fault(status=503), operation)
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
    matched(mock, Fault(status=429, error=error, retry_after=7))
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
    matched(mock, Fault(status=200, error=ErrorBody(13, "QPS", type=given)))
    response = api.post("threads", {})

    assert response.status_code == 200
    error = {"code": 13, "message": "QPS", "type": sent, "params": None}
    assert response.json() == {"error": error}


def test_a_body_of_its_own(mock: appbuilder_mock.Running, api: Api) -> None:
    """As it stands; JSON by its type unless the fault says otherwise."""
    page = "<html>网关错误</html>"
    matched(mock, Fault(status=502, body=page, content_type="text/html; charset=utf-8"))
    response = api.post("threads", {})
    matched(mock, Fault(status=200, body="{"))
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
    matched(mock, Fault(reset="before_reading"))
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
    matched(mock, Fault(reset="before_answering"))
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


# ── Cuts ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [0, 1, 4])
def test_cut_after_an_event(mock: appbuilder_mock.Running, api: Api, count: int) -> None:
    """So many events come whole, then the connection ends without the last chunk."""
    mock.script(Rule(fault=Fault(cut=Cut(after_event=count))))
    received, error = streamed(api)

    assert len(events_in(received)) == count
    assert received.endswith(b"\n\n") or not received
    assert isinstance(error, httpx.RemoteProtocolError)


@pytest.mark.parametrize("count", [0, 1, 700])
def test_cut_after_a_byte_of_a_stream(mock: appbuilder_mock.Running, api: Api, count: int) -> None:
    """In the middle of an event, exactly there."""
    mock.script(Rule(fault=Fault(cut=Cut(after_byte=count))))
    received, error = streamed(api)

    assert len(received) == count
    assert isinstance(error, httpx.RemoteProtocolError)


def test_pings_are_no_events(mock: appbuilder_mock.Running, api: Api) -> None:
    """They come between, and do not count."""
    reply = Reply(chunks=["一", "二"], first_delay=0.3)
    mock.script(Rule(reply=reply, fault=Fault(cut=Cut(after_event=4))))
    received, _ = streamed(api)

    assert b"event: ping" in received
    assert len(events_in(received)) == 4
    assert "一" in events_in(received)[-1].decode()


def test_cut_of_an_answer(mock: appbuilder_mock.Running, api: Api) -> None:
    """The header says how long it would have been."""
    matched(mock, Fault(cut=Cut(after_byte=10)))
    with pytest.raises(httpx.RemoteProtocolError, match="received 10 bytes, expected"):
        api.post("threads", {})

    assert threads(mock) == 1


def test_a_cut_behind_the_end(mock: appbuilder_mock.Running, api: Api) -> None:
    """Changes nothing."""
    mock.script(Rule(match=Match(operation="any"), fault=Fault(cut=Cut(after_byte=10**9))))
    assert api.thread()
    mock.script(Rule(fault=Fault(cut=Cut(after_event=1000))))
    received, error = streamed(api)

    assert b"run_end" in received
    assert error is None


def test_a_run_with_a_stream_that_is_cut(mock: appbuilder_mock.Running, api: Api) -> None:
    """It continues: the answer is in the thread."""
    mock.script(Rule(reply="再见", fault=Fault(cut=Cut(after_event=1))))
    streamed(api)
    [thread] = mock.state()["threads"]
    while thread["runs"][0]["status"] != "completed":
        [thread] = mock.state()["threads"]

    assert [message["text"] for message in thread["messages"]] == ["你好", "再见"]


# ── Broken and slow ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("raw", ["data: {oops", "data: [1,\ndata: 2]", ": 只是注释"])
def test_malformed(mock: appbuilder_mock.Running, api: Api, raw: str) -> None:
    """One event is replaced; those around it are whole, with their numbers."""
    mock.script(Rule(fault=Fault(malformed=Malformed(3, raw))))
    received, error = streamed(api)
    events = events_in(received)

    assert events[2] == raw.encode()
    assert b'"send_id": 2,' in events[1]
    assert b'"send_id": 4,' in events[3]
    assert b"run_end" in events[-1]
    assert error is None


def test_pause_before_an_event(mock: appbuilder_mock.Running, api: Api) -> None:
    """Earlier events have come; not even a ping comes then; and the run continues."""
    mock.script(Rule(reply="再见", fault=Fault(pause=Pause(LONG, before_event=3))))
    received, error = streamed(api, timeout=0.5)

    assert len(events_in(received)) == 2
    assert b"ping" not in received
    assert isinstance(error, httpx.ReadTimeout)
    assert mock.state()["threads"][0]["runs"][0]["status"] == "completed"


def test_a_pause_that_ends(mock: appbuilder_mock.Running, api: Api) -> None:
    """Nothing is lost by it."""
    mock.script(Rule(fault=Fault(pause=Pause(0.1, before_event=2))))

    assert order(api.streamed())[-1] == "run_end"


def test_pause_before_the_answer(mock: appbuilder_mock.Running, api: Api) -> None:
    """All is carried out before; with a status, the status comes after it."""
    matched(mock, Fault(pause=Pause(LONG)))
    with pytest.raises(httpx.ReadTimeout):
        api.post("threads", {}, timeout=0.5)
    assert threads(mock) == 1

    matched(mock, Fault(pause=Pause(0.01), status=504))
    assert api.post("threads", {}).status_code == 504


def test_drip(mock: appbuilder_mock.Running, api: Api) -> None:
    """So many bytes come, then nothing for a time."""
    mock.script(Rule(fault=Fault(drip=Drip(16, LONG))))
    received, error = streamed(api, timeout=0.5)

    assert len(received) == 16
    assert isinstance(error, httpx.ReadTimeout)


def test_a_drip_that_ends(mock: appbuilder_mock.Running, api: Api) -> None:
    """All comes, of a stream and of an answer."""
    rule = Rule(match=Match(operation="any"), fault=Fault(drip=Drip(50, 0.0)))
    mock.script(rule)

    assert api.thread()
    assert order(api.streamed())[-1] == "run_end"


def test_content_type(mock: appbuilder_mock.Running, api: Api) -> None:
    """It is another one; the answer is what it was."""
    matched(mock, Fault(content_type="text/html"))
    response = api.post("threads", {})
    fault = Fault(content_type="application/json", cut=Cut(after_event=2))
    mock.script(Rule(fault=fault))
    received, _ = streamed(api)

    assert response.headers["content-type"] == "text/html"
    assert response.json()["object"] == "thread"
    assert len(events_in(received)) == 2


def test_faults_together(mock: appbuilder_mock.Running, api: Api) -> None:
    """The pause, the broken event, the drip and the cut, each at its place."""
    fault = Fault(
        pause=Pause(0.01, before_event=1),
        malformed=Malformed(2, "data: 坏"),
        drip=Drip(7, 0.0),
        cut=Cut(after_event=3),
    )
    mock.script(Rule(reply="再见", fault=fault))
    received, error = streamed(api)

    assert [b"run_begin" in event for event in events_in(received)] == [True, False, False]
    assert events_in(received)[1] == "data: 坏".encode()
    assert isinstance(error, httpx.RemoteProtocolError)


BROKEN = """
rules:
  - match: {operation: createThread, times: 1}
    fault: {reset: before_reading}
  - match: {operation: createThread, times: 1}
    fault: {reset: before_answering}
  - match: {operation: createThread, times: 1}
    fault: {cut: {after_byte: 0}}
  - match: {operation: createThread, times: 1}
    fault: {cut: {after_byte: 9}, drip: {bytes: 4, seconds: 0}}
  - match: {operation: createThread, times: 1}
    fault: {pause: {seconds: 3600}}
  - fault: {cut: {after_event: 3}}
"""


def test_the_server_says_nothing(tmp_path: Path) -> None:
    """Broken connections are not worth a word of its; and it does not wait for a pause."""
    file = tmp_path / "场景.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    with serving("--scenario", file) as server, server.api() as api:
        for _ in range(5):
            with pytest.raises(httpx.TransportError):
                api.post("threads", {}, timeout=0.5)
        assert len(events_in(streamed(api)[0])) == 3
        assert api.thread()
        assert server.stop() == (0, "", "")
