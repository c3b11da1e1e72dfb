"""No test calls a gateway that is not this machine, unless it is marked."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from appbuilder_mock.live_guard import LiveGuard

from tests.mock.server.pytest_runs import pytest_run

LIVE = "appbuilder.baidu.com"
CALLS = {
    "client": "AppBuilder('t', retry=ONCE).assistants.list()",
    "client with a gateway": (
        "AppBuilder('t', 'https://gateway.test', retry=ONCE).assistants.list()"
    ),
    "client with an address": ("AppBuilder('t', 'http://192.0.2.1', retry=ONCE).assistants.list()"),
    "async client": ("asyncio.run(AsyncAppBuilder('t', retry=ONCE).assistants.list())"),
    "async client with an address": (
        "asyncio.run(AsyncAppBuilder('t', 'http://192.0.2.1', retry=ONCE).assistants.list())"
    ),
    "httpx": f"httpx.post('https://{LIVE}/v2/assistants/list')",
    "asyncio": f"asyncio.run(asyncio.open_connection('{LIVE.upper()}.', 443, ssl=True))",
    "requests": f"requests.post('https://{LIVE}/v2/assistants/list')",
    "http.client": f"http.client.HTTPSConnection('{LIVE}').request('POST', '/')",
    "urllib": f"urllib.request.urlopen('https://{LIVE}/v2/assistants/list', b'')",
}
if find_spec("requests") is None:  # it comes with schemathesis, which needs Python 3.11
    del CALLS["requests"]
TESTS = """
import asyncio
import http.client
import urllib.request

import httpx
import pytest
{requests}
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, RetryPolicy

ONCE = RetryPolicy(attempts=1)


@pytest.mark.parametrize("call", {calls!r})
def test_it(call):
    with pytest.raises(Exception) as caught:
        eval(call)
    print("\\nraised", call, caught.value)
"""
UNSET = {"HTTPS_PROXY": "", "https_proxy": "", "HTTP_PROXY": "", "http_proxy": "", "ALL_PROXY": ""}


def errors(folder: Path, calls: dict[str, str], *options: str, **environment: str) -> list[str]:
    """The error of each call, in one run of pytest."""
    requests = "import requests" if "requests" in calls else ""
    tests = TESTS.format(calls=list(calls.values()), requests=requests)
    code, output = pytest_run(folder, tests, "-s", *options, **{**UNSET, **environment})
    assert code == 0, output
    found = [line for line in output.splitlines() if line.startswith("raised")]
    assert len(found) == len(calls), output
    return found


def test_a_live_gateway_is_refused(tmp_path: Path) -> None:
    """By every client, before its name is looked up; and the error says how to allow it."""
    for error in errors(tmp_path, CALLS):
        assert "is not this machine, and a call of it may cost money" in error
        assert "@pytest.mark.appbuilder_live" in error
        assert "appbuilder_refuse_live = false" in error


def test_the_gateway_of_the_environment_is_refused(tmp_path: Path) -> None:
    """To a client that is not ours, too."""
    calls = {"urllib": "urllib.request.urlopen('http://192.0.2.7:8080/v2/assistants', b'')"}

    [error] = errors(tmp_path, calls, GATEWAY_URL="192.0.2.7:8080")

    assert "192.0.2.7 is not this machine" in error


class Proxy:
    """A proxy on this machine: it accepts each tunnel, and counts what comes through."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.tunnels: list[bytes] = []
        self.received = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(1000)
                self.tunnels.append(head)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while data := connection.recv(1000):
                    self.received += data

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


def test_a_proxy_is_no_way_around(tmp_path: Path, proxy: Proxy) -> None:
    """The proxy is this machine, the gateway behind it is not."""
    through_proxies = {"client", "async client", "httpx", "requests", "urllib"}
    calls = {name: call for name, call in CALLS.items() if name in through_proxies}

    for error in errors(tmp_path, calls, HTTPS_PROXY=proxy.url, https_proxy=proxy.url):
        assert f"{LIVE} is not this machine" in error

    assert len(proxy.tunnels) == len(calls)
    assert all(f"CONNECT {LIVE}:443".encode() in tunnel for tunnel in proxy.tunnels)
    assert proxy.received == b""


def test_the_text_is_the_error_of_the_system() -> None:
    """Aiohttp shows nothing else of an OSError."""
    guard = LiveGuard()
    try:
        with pytest.raises(ConnectionRefusedError) as refused:
            socket.getaddrinfo(LIVE, 443)
    finally:
        guard.close()

    assert refused.value.errno == errno.ECONNREFUSED
    assert "appbuilder_refuse_live = false" in str(refused.value.strerror)


OF_OTHERS = """
import socket

import pytest


def test_another_host():
    socket.getaddrinfo("192.0.2.9", 5432)


def test_this_machine(appbuilder_client):
    appbuilder_client.assistants.list()


@pytest.fixture(scope="module")
def shared():
    yield
    socket.getaddrinfo("192.0.2.7", 80)
    print("the end of the shared fixture")


@pytest.mark.appbuilder_live
def test_marked(shared):
    socket.getaddrinfo("192.0.2.7", 80)


def test_after_it(shared):
    with pytest.raises(ConnectionRefusedError, match="appbuilder_live"):
        socket.getaddrinfo("192.0.2.7", 80)
"""


def test_others_and_marked_tests_connect(tmp_path: Path) -> None:
    """Other hosts are not refused, and a marked test is allowed to the end of its fixtures."""
    code, output = pytest_run(
        tmp_path, OF_OTHERS, "-s", "--strict-markers", GATEWAY_URL="http://192.0.2.7"
    )

    assert code == 0, output
    assert "the end of the shared fixture" in output


def test_one_setting_turns_it_off(tmp_path: Path) -> None:
    """An address is looked up without a network."""
    test = """
import socket

def test_it():
    assert socket.getaddrinfo("192.0.2.7", 80)
"""
    refused, output = pytest_run(tmp_path, test, GATEWAY_URL="http://192.0.2.7")
    assert (refused, "appbuilder_refuse_live = false" in output) == (1, True)
    (tmp_path / "pytest.ini").write_text("[pytest]\nappbuilder_refuse_live = false\n")

    code, output = pytest_run(tmp_path, test, GATEWAY_URL="http://192.0.2.7")

    assert code == 0, output
