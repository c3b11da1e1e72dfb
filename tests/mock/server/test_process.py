"""`python -m appbuilder_mock`: its one line, its signals, its refusals."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.contract import the_contract

from tests.mock.process import GRACE, command, refused, serving
from tests.mock.wire import WEATHER, Api


def test_the_one_line_of_a_quiet_server() -> None:
    """It is printed when connections are accepted, and nothing else ever is."""
    with serving("--token", "s3cret") as server:
        assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+\n", server.line)
        with server.api("s3cret").http as http:
            assert http.post("/v2/threads", json={}).status_code == 200
            assert http.post("/v2/threads", json={}, headers={"Authorization": "x"}).is_error
            assert http.post("/v2/nowhere").status_code == 404

        assert server.stop() == (0, "", "")


def test_how_to_reach_it_and_a_line_a_request() -> None:
    """The variables, the token and the page; then what came, in the order of its end."""
    with serving(quiet=False) as server, server.api() as api:
        thread = api.post("threads", {}, headers={"X-Appbuilder-Request-Id": "r-1"})
        api.post("assistants", {"name": "字" * 200})
        api.http.get("/v2/%0Anowhere%1b[2J/线程 一", params={"token": "s3cret"})
        api.http.get("/_mock/state")
        api.post("threads", {}, headers={"Authorization": "Bearer s3cret"})
        status, out, err = server.stop()

    url = server.url
    greeting, _, requests = out.partition(f"page   {url}/\n")
    lines = [re.sub(r"\d+ ms", "N ms", line) for line in requests.split("\n") if line]
    assert (status, err) == (0, "")
    assert greeting.split("\n")[1:3] == [
        f"  export GATEWAY_URL={url}",
        "  export APPBUILDER_TOKEN='mock-token'",
    ]
    assert "  token  mock-token\n" in greeting
    assert thread.is_success
    assert lines[0] == "POST /v2/threads createThread 200 N ms r-1"
    assert [line.rpartition(" ")[0] for line in lines[1:]] == [
        "POST /v2/assistants createAssistant 400 N ms",
        "GET /v2/·nowhere·[2J/线程·一 - 404 N ms",
        "POST /v2/threads createThread 401 N ms",
    ]
    assert "s3cret" not in out


def test_a_stream_is_a_line_when_it_is_over() -> None:
    with serving(quiet=False) as server, server.api() as api:
        with api.stream(tools=[WEATHER]) as events:
            next(event for event in events if event.kind == "tool_calls")
            api.thread()
        _, out, _ = server.stop()

    operations = [line.split()[2] for line in out.splitlines() if line.startswith("POST")]
    assert operations == ["createAssistant", "createThread", "createRun"]


def test_a_token_of_ones_own_is_not_printed() -> None:
    with serving("--token", "s3cret", quiet=False) as server, server.api("s3cret") as api:
        api.http.post("/v2/s3cret")
        _, out, _ = server.stop()

    assert "export APPBUILDER_TOKEN='<the value of --token>'" in out
    assert "POST /v2/••• - 404" in out
    assert "s3cret" not in out


def test_output_that_is_not_read() -> None:
    """A pipe that is full (64 KiB on Linux) holds up neither requests nor the end."""
    with serving(quiet=False) as server, server.api() as api:
        for _ in range(200):
            api.http.post("/v2/" + "长" * 180)  # 600 bytes a line

        assert api.thread()
        server.popen.terminate()
        assert server.popen.wait(GRACE) == 0


def test_output_with_a_closed_reader() -> None:
    with serving(quiet=False) as server, server.api() as api:
        assert server.popen.stdout is not None
        server.popen.stdout.close()
        assert {api.thread() for _ in range(3)}
        server.popen.terminate()
        assert server.popen.wait(GRACE) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_streams_are_open(number: signal.Signals) -> None:
    """Exit status 0 and silence; the streams end without a final event."""
    with (
        serving() as server,
        server.api() as api,
        api.stream(tools=[WEATHER]) as one,
        api.stream(tools=[WEATHER]) as other,
    ):
        for events in (one, other):
            next(event for event in events if event.kind == "tool_calls")

        assert server.stop(number) == (0, "", "")
        assert [event.kind for events in (one, other) for event in events] == []


def test_a_signal_while_a_client_does_not_read() -> None:
    """A stream that the client does not read does not keep the server alive."""
    with serving() as server:
        with server.api() as api, api.stream(thread_id=api.thread("长" * 5_000_000)):
            status, out, err = server.stop()

        assert (status, out, err) == (0, "", "")


def test_a_signal_while_a_client_sends() -> None:
    """A request that never ends does not keep the server alive; one that broke off is no news."""
    head = b"POST /v2/threads HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
    head += b"Authorization: Bearer mock-token\r\n\r\n{"
    with serving() as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with socket.create_connection(address) as broken, socket.create_connection(address) as slow:
            broken.sendall(head)
            broken.close()
            slow.sendall(head)
            with server.api() as api:
                api.thread()

            assert server.stop() == (0, "", "")


def test_a_signal_between_keep_alive_requests() -> None:
    """An idle connection does not hold the server up, nor does one that has sent nothing."""
    with serving() as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with server.api() as api, socket.create_connection(address):
            api.thread()

            assert server.stop() == (0, "", "")


def test_ipv6() -> None:
    """An address of that family, in brackets in the line."""
    with serving("--host", "::1") as server:
        assert re.fullmatch(r"listening on http://\[::1\]:\d+\n", server.line)
        with server.api() as api:
            assert api.thread()


def test_a_port_in_use() -> None:
    """One line that names it and says what to do, exit status 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = refused("--port", port)

    assert (status, out) == (2, "")
    assert re.fullmatch(
        rf"appbuilder_mock: cannot listen .* port {port}: Address already in use.*"
        r"; port 0 takes a free one\n",
        err,
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--host", "256.0.0.1"], "cannot listen on 256.0.0.1"),
        (["--token", ""], "expected a token"),
        (["--token", "令牌"], "expected a token"),
        (["--qps", "0"], "qps: expected a whole number, 1 or more"),
    ],
)
def test_other_wrong_options(options: list[str], reason: str) -> None:
    """One line that says why, exit status 2."""
    status, out, err = refused(*options)

    assert (status, out, err.count("\n")) == (2, "", 1)
    assert reason in err


def test_options_are_looked_at_before_the_port_is_taken(tmp_path: Path) -> None:
    """They are refused even where the port is in use, and nothing is stored."""
    database = tmp_path / "mock.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wrong = [
            ["--token", "令牌"],
            ["--other-token", "mock-token"],
            ["--scenario", str(tmp_path)],
        ]
        for options in wrong:
            status, out, err = refused("--port", port, "--examples", "--db", database, *options)

            assert (status, out) == (2, "")
            assert "cannot listen" not in err
            with appbuilder_mock.running(db=database) as server:
                assert server.state()["assistants"] == []


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none(port: str) -> None:
    """Usage and reason, exit status 2."""
    status, out, err = refused("--port", port)

    assert (status, out) == (2, "")
    assert f"'{port}'" in err or port in err


def test_the_examples() -> None:
    """With --examples, what openapi.yaml's examples name is there, and calls with them succeed."""
    with serving("--examples") as server, server.api() as api:
        for operation in the_contract().operations.values():
            assert operation.examples or operation.id == "createFile"
            for example in operation.examples:
                answer = api.http.post(operation.path, json=example)
                assert answer.status_code == 200, (operation.id, answer.text)


def test_help() -> None:
    """Every option is explained."""
    done = subprocess.run(
        command("--help"), capture_output=True, encoding="utf-8", timeout=GRACE, check=True
    )

    for option in ("--host", "--port", "--db", "--token", "started-at-after-submit"):
        assert option in "".join(done.stdout.split())  # lines break at hyphens as well


def test_it_stops_when_the_block_ends() -> None:
    """The port is closed, in this process as well."""
    with appbuilder_mock.running() as server:
        url = server.url
        with Api(url, server.token) as api:
            assert api.thread()

    with pytest.raises(httpx.ConnectError):
        httpx.post(url)


def test_without_the_extra() -> None:
    """One line says how to install what is missing."""
    program = (
        "import runpy, sys; sys.modules['starlette'] = None; "
        "runpy.run_module('appbuilder_mock', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=GRACE
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install "appbuilder-assistants[mock]"' in done.stderr
    assert "Traceback" not in done.stderr
