"""A recorder forwards each part unchanged and at once; and its command."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.recording import command
from appbuilder_mock.recording.server import recording
from appbuilder_mock.scenarios import Fault, Match, Pause, Rule, read_scenario

from tests.clients.raw_server import Exchange, answer, raw_server
from tests.mock.process import GRACE, first_line
from tests.mock.recording.sessions import asking, recorder
from tests.mock.scenarios.calls import LONG
from tests.mock.wire import Api

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_each_chunk_passes_at_once(tmp_path: Path) -> None:
    """The gateway sends the next one only when the client has the one before."""
    received = threading.Semaphore(0)

    def script(exchange: Exchange) -> bool:
        exchange.send(HEAD)
        for number in range(1, 6):
            data = f'event: status\ndata: {{"send_id": {number}}}\n\n'.encode()
            exchange.send(b"%x\r\n%b\r\n" % (len(data), data))
            assert received.acquire(timeout=GRACE)
        exchange.send(b"0\r\n\r\n")
        return False

    with (
        raw_server(script) as gateway,
        recorder(tmp_path / "s.yaml", gateway.url, "token") as api,
        api.http.stream("POST", "/v2/threads/runs", json={"stream": True}) as response,
    ):
        seen = []
        for chunk in response.iter_raw():
            seen.append(chunk)
            received.release()

    assert [b'"send_id": %d}' % (n + 1) in chunk for n, chunk in enumerate(seen)] == [True] * 5


def test_requests_and_responses_are_the_same(tmp_path: Path) -> None:
    """Method, path, query, headers and body; status, headers and body: also of no operation."""

    def script(exchange: Exchange) -> None:
        exchange.send(answer(b"\x00\xff", "418 I'm a teapot", x_odd="1", set_cookie="a=b"))

    with (
        raw_server(script) as gateway,
        recorder(tmp_path / "s.yaml", f"{gateway.url}/prefix", "token") as api,
    ):
        for _ in "12":
            got = api.http.put("/v1/%E5%A5%BD?a=%20b", content=b"\xff", headers={"X-Mine": "2"})
            assert (got.status_code, got.content, got.headers["x-odd"]) == (418, b"\x00\xff", "1")
        api.http.cookies.clear()
        api.http.get("/")
        sent = gateway.exchanges[1]

    assert sent.request_line == "PUT /prefix/v1/%E5%A5%BD?a=%20b HTTP/1.1"
    assert (sent.body, sent.headers["x-mine"]) == (b"\xff", "2")
    assert sent.headers["authorization"] == "Bearer token"
    assert sent.headers["host"] == gateway.url.removeprefix("http://")
    assert "cookie" not in gateway.exchanges[2].headers, "each client has cookies of its own"


def test_files_pass_whole(tmp_path: Path) -> None:
    """A large upload and its download, of which nothing is kept."""
    content = bytes(range(256)) * 40_000
    file = tmp_path / "s.yaml"
    with (
        appbuilder_mock.running() as upstream,
        recorder(file, upstream.url, upstream.token) as api,
    ):
        made = api.http.post("/v2/storage/files", files={"file": ("a.txt", content)})
        id_ = made.json()["id"]
        got = api.http.post("/v2/storage/files/content", json={"file_id": id_})

    assert got.content == content
    text = file.read_text(encoding="utf-8")
    assert len(text) < 1000
    assert "Not kept" not in text


def test_a_client_that_leaves(tmp_path: Path) -> None:
    """The gateway sees the closed connection at once; the received part is kept."""
    gone = threading.Event()

    def script(exchange: Exchange) -> bool:
        content = b'{"content": [{"type": "text", "text": {"value": "\xe4\xb8\x80"}}]}'
        data = b"event: message\ndata: %b\n\n" % content
        exchange.send(HEAD + b"%x\r\n%b\r\n" % (len(data), data))
        if exchange.client_disconnected():
            gone.set()
        return False

    file = tmp_path / "s.yaml"
    with raw_server(script) as gateway, recorder(file, gateway.url, "token") as api:
        body = {"stream": True, **asking("你好")}
        with api.http.stream("POST", "/v2/threads/runs", json=body) as response:
            next(response.iter_raw())
        assert gone.wait(GRACE)

    [rule] = read_scenario(file).rules
    assert rule.reply is not None
    assert rule.reply.chunks == ("一",)
    assert "# Not kept: the rest of a stream that its client left" in file.read_text("utf-8")


def test_no_gateway(tmp_path: Path) -> None:
    """The client gets an error; a replay does not repeat it."""
    with raw_server(lambda exchange: False) as gateway:
        url = gateway.url
    with recorder(tmp_path / "s.yaml", url, "token") as api:
        error = api.post("threads", {})

    assert error.status_code == 502
    assert error.json()["error"]["code"] == "gateway_unreachable"
    assert read_scenario(tmp_path / "s.yaml").rules == ()
    text = (tmp_path / "s.yaml").read_text(encoding="utf-8")
    assert text.count("# Not kept") == 1, "it is no call of an unknown operation, too"


def test_wrong_addresses(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="upstream: expected an address such as https"),
        recording(tmp_path / "s.yaml", "appbuilder.baidu.com"),
    ):
        pass


def test_a_recorder_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As GATEWAY_URL may still say, from the time before: no call would ever end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("GATEWAY_URL", f"http://127.0.0.1:{port}")

    assert command.main(["--to", str(tmp_path / "s.yaml"), "--port", str(port)]) == 2
    assert "is this recorder's own address" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--upstream", " "]])
def test_an_empty_gateway(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
) -> None:
    """It is not taken for the service."""
    monkeypatch.setenv("GATEWAY_URL", "")
    monkeypatch.delattr(command, "_serve")  # which takes as long as its server

    assert command.main(["--to", str(tmp_path / "s.yaml"), "--port", "0", *options]) == 2
    assert "--upstream or GATEWAY_URL is empty; unset it" in capsys.readouterr().err


def test_a_recorder_that_does_not_start_leaves_the_file(tmp_path: Path) -> None:
    """As when another one already has the port: what it has recorded is not lost."""
    file = tmp_path / "s.yaml"
    file.write_text("rules: []  # 昨天的\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        arguments = ["--to", str(file), "--upstream", "http://127.0.0.1:1", "--port", str(port)]
        assert command.main(arguments) == 2
        with pytest.raises(OSError, match=str(port)), recording(file, "http://x.test", port=port):
            pass

    assert file.read_text(encoding="utf-8") == "rules: []  # 昨天的\n"


# ── The command ────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def recording_process(file: Path, upstream: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-m", "appbuilder_mock", "record", "--port", "0"]
    popen = subprocess.Popen(
        [*command, "--to", str(file), "--upstream", upstream, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with popen:
        try:
            yield popen
        finally:
            if popen.poll() is None:
                popen.kill()


def test_the_command(tmp_path: Path) -> None:
    """It says where it listens, and at a signal what it recorded, and what it could not keep."""
    file = tmp_path / "folder" / "session.yaml"
    with (
        appbuilder_mock.running() as upstream,
        recording_process(file, upstream.url, "--redact", "你好") as popen,
        Api(first_line(popen).removeprefix("recording on ").strip(), upstream.token) as api,
    ):
        api.run()
        api.http.get("/")
        popen.send_signal(signal.SIGTERM)
        out, err = popen.communicate(timeout=GRACE)

    assert popen.returncode == 0
    assert "not kept: a call to an address that is no operation's\n" in err, "said at once"
    assert f"recorded 1 runs, 0 failures, of 3 calls to {file}" in out
    assert "not kept: a call to an address that is no operation's" in out
    assert "你好" not in file.read_text(encoding="utf-8")


def test_killed(tmp_path: Path) -> None:
    """The runs before the one under way are there, and the file is a scenario."""
    file = tmp_path / "session.yaml"
    slow = Rule(match=Match(text="慢"), reply="慢", fault=Fault(pause=Pause(LONG)))
    with (
        appbuilder_mock.running(scenario=[slow]) as upstream,
        recording_process(file, upstream.url) as popen,
        Api(first_line(popen).removeprefix("recording on ").strip(), upstream.token) as api,
    ):
        for text in ("一", "二"):
            api.run(**asking(text))
        body = {"assistant_id": api.assistant(), **asking("慢")}
        killing = threading.Timer(1, popen.kill)
        killing.start()
        with pytest.raises(httpx.TransportError):
            api.post("threads/runs", body)
        killing.join()

    assert [rule.match.text for rule in read_scenario(file).rules] == ["一", "二"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--upstream", "ftp://x"], "upstream: expected an address such as https://"),
        (["--redact", "("], "missing ), unterminated subpattern"),
        (["--to", "/dev/null/x.yaml"], "/dev/null"),
        (["--to", "/"], "expected a file to write, got the folder /"),
    ],
)
def test_refusals(tmp_path: Path, options: list[str], reason: str) -> None:
    with recording_process(tmp_path / "s.yaml", "http://127.0.0.1:1", *options) as popen:
        out, err = popen.communicate(timeout=GRACE)

    assert (popen.returncode, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
