"""Ways to a server: TLS and its certificates, proxies and their credentials."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import appbuilder_mock
import pytest
import trustme
from appbuilder_assistants._core.calls import NoReply, Reply

from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.transport.conftest import Make
from tests.transport.harness import BODY, PATIENT, OnLoop, Threads, outgoing
from tests.transport.implementations import Implementation

USER = "密码".encode().hex()
CREDENTIALS = "Basic " + base64.b64encode(f"{USER}:{USER}".encode()).decode()


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    """An authority that is not trusted by default."""
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "证书.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


def context(ca: trustme.CA, *names: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names).configure_cert(made)
    return made


def test_an_unknown_authority(transport: Threads | OnLoop, serve: Serve, ca: trustme.CA) -> None:
    """No request is sent, so the token is not either."""
    server = serve(lambda e: e.send(answer(b"{}")), context(ca, "127.0.0.1"))

    outcome = transport.send(outgoing(server.url))

    assert isinstance(outcome, NoReply)
    assert "certificate verify failed" in outcome.message
    assert not outcome.reached_server
    assert "no server answers there" not in outcome.message
    assert "SSL_CERT_FILE or verify= names" in outcome.message
    assert server.exchanges == []


def test_a_server_without_tls(transport: Threads | OnLoop) -> None:
    """The message says that the address may begin with the wrong scheme."""
    with appbuilder_mock.running() as server:
        outcome = transport.send(outgoing(server.url.replace("http:", "https:")))

    assert isinstance(outcome, NoReply)
    assert "; does the server speak http:// only?" in outcome.message
    assert not outcome.reached_server


def test_an_authority_of_ones_own(make: Make, serve: Serve, ca: trustme.CA, ca_file: str) -> None:
    """It counts for the names of its certificates, and the connection is used again."""
    server = serve(lambda e: e.send(answer(b"{}")), context(ca, "127.0.0.1"))
    other = serve(lambda e: e.send(answer(b"{}")), context(ca, "gateway.example"))
    transport = make(verify=ca_file)

    for _ in range(3):
        assert isinstance(transport.send(outgoing(server.url)), Reply)
    refused = transport.send(outgoing(other.url))

    assert server.connections == 1
    assert isinstance(refused, NoReply)
    assert "certificate verify failed" in refused.message
    assert other.exchanges == []


def test_without_verification(make: Make, serve: Serve, ca: trustme.CA) -> None:
    """Only when it is asked for."""
    server = serve(lambda e: e.send(answer(b"{}")), context(ca, "gateway.example"))

    assert isinstance(make(verify=False).send(outgoing(server.url)), Reply)


def test_tls_where_there_is_none(transport: Threads | OnLoop, serve: Serve) -> None:
    """The server gets no request."""
    server = serve(lambda e: e.send(answer(b"{}")))

    limits = PATIENT._replace(connect=0.5)
    outcome = transport.send(outgoing(server.url.replace("http:", "https:"), limits=limits))

    assert isinstance(outcome, NoReply)
    assert not outcome.reached_server
    assert server.exchanges == []


def through(
    make: Make, proxy: str, patch: pytest.MonkeyPatch, **options: object
) -> Threads | OnLoop:
    """A transport with a proxy that needs a name and a password."""
    url = proxy.replace("http://", f"http://{USER}:{USER}@")
    patch.setenv("HTTP_PROXY", url)
    patch.setenv("HTTPS_PROXY", url)
    return make(proxy=url, **options)


def test_a_proxy(make: Make, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the whole URL, and its credentials; the connection is used again."""
    proxy = serve(lambda e: e.send(answer(b"{}")))
    transport = through(make, proxy.url, monkeypatch)

    for _ in range(2):
        assert isinstance(transport.send(outgoing("http://gw.example")), Reply)

    assert [e.path.partition("/v2")[0] for e in proxy.exchanges] == ["http://gw.example"] * 2
    assert {e.headers["proxy-authorization"] for e in proxy.exchanges} == {CREDENTIALS}
    assert proxy.connections == 1


@pytest.mark.appbuilder_live  # no: this machine plays the gateway of that name
def test_a_tunnel(
    make: Make,
    serve: Serve,
    ca: trustme.CA,
    ca_file: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For https it is asked to connect, and sees neither the request nor the token."""
    inside: list[bytes] = []
    tls = context(ca, "gw.example")

    def script(exchange: Exchange) -> bool:
        exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with tls.wrap_socket(exchange.sock, server_side=True) as sock:
            data = b""
            while not data.endswith(BODY):
                data += sock.recv(65_536)
            inside.append(data)
            sock.sendall(answer(b"{}"))
        return False

    proxy = serve(script)
    transport = through(make, proxy.url, monkeypatch, verify=ca_file)

    assert isinstance(transport.send(outgoing("https://gw.example")), Reply)

    [exchange] = proxy.exchanges
    assert exchange.request_line == "CONNECT gw.example:443 HTTP/1.1"
    assert exchange.headers["proxy-authorization"] == CREDENTIALS
    assert "authorization" not in exchange.headers
    assert inside[0].startswith(b"POST /v2/")


def test_a_proxy_that_refuses(make: Make, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway was not reached; the message has no password."""
    proxy = serve(lambda e: e.send(answer(b"", "407 Proxy Authentication Required")))
    transport = through(make, proxy.url, monkeypatch)

    outcome = transport.send(outgoing("https://gw.example"))

    assert isinstance(outcome, NoReply)
    assert not outcome.reached_server
    assert "407" in outcome.message
    assert USER not in outcome.message


def test_this_machine_has_no_proxy(
    implementation: Implementation,
    make: Make,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The environment's proxy is not asked for it, also when other gateways use it."""
    if not implementation.owns_connections:
        pytest.skip("the proxy is that of the client that was passed in")
    proxy = serve(lambda e: e.send(answer(b"{}")))
    server = serve(lambda e: e.send(answer(b"{}")))
    transport = through(make, proxy.url, monkeypatch)

    for url in (server.url, "http://gw.example", server.url):
        assert isinstance(transport.send(outgoing(url)), Reply)

    assert len(server.exchanges) == 2
    assert len(proxy.exchanges) == 1
