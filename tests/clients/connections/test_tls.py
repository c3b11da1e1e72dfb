"""TLS: verified by default, with the caller's certificates if given."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from appbuilder_assistants import ApiConnectionError, RetryPolicy

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import RawServer, answer

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    """An authority that is trusted only by those who were configured to."""
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "证书.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


def served(serve: Serve, ca: trustme.CA, *names: str) -> RawServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names).configure_cert(context)
    return serve(lambda exchange: exchange.send(answer(RUN)), context)


@pytest.fixture
def server(serve: Serve, ca: trustme.CA) -> RawServer:
    return served(serve, ca, "127.0.0.1", "localhost")


@pytest.mark.parametrize("kind", [str, Path])
def test_an_authority_of_ones_own(
    harness: ClientHarness, server: RawServer, ca_file: Path, kind: Any
) -> None:
    """The authority is given by the path of its file."""
    client = harness.client("k", server.url, verify=kind(ca_file))

    assert client.threads.runs.query("t", "r").id == "run_1"


def test_a_context_of_ones_own(harness: ClientHarness, server: RawServer, ca: trustme.CA) -> None:
    """The context is used as httpx would use it."""
    context = ssl.create_default_context()
    ca.configure_trust(context)

    client = harness.client("k", server.url, verify=context)

    assert client.threads.runs.query("t", "r").id == "run_1"


def test_without_verification(harness: ClientHarness, server: RawServer) -> None:
    """Certificates are not verified only with `verify=False`."""
    client = harness.client("k", server.url, verify=False)

    assert client.threads.runs.query("t", "r").id == "run_1"


@pytest.mark.appbuilder_live  # no: this machine plays the gateway of that name
def test_no_scheme_is_https(
    harness: ClientHarness,
    serve: Serve,
    ca: trustme.CA,
    ca_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A gateway without a scheme, with a path: TLS, and the path goes before each operation's."""
    server = served(serve, ca, "gateway.test")
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **o: real("127.0.0.1", *more, **o)
    )
    monkeypatch.setenv("NO_PROXY", "*")
    gateway = f"gateway.test:{server.url.rpartition(':')[2]}/团队/"
    client = harness.client("k", gateway, verify=ca_file)

    client.threads.runs.query("t", "r")

    line = server.exchanges[0].request_line
    assert line == "POST /%E5%9B%A2%E9%98%9F/v2/threads/runs/query HTTP/1.1"


@pytest.mark.parametrize(
    ("verify", "error", "message"),
    [
        ("没有.pem", FileNotFoundError, "verify: .* no such file"),
        (__file__, ValueError, "verify: .* none in PEM form"),
        (5, TypeError, "verify: .* got int"),
        (None, TypeError, "verify: .* got NoneType"),
    ],
)
def test_unusable_values_of_verify(
    harness: ClientHarness, verify: Any, error: Any, message: str
) -> None:
    """It is refused when the client is made."""
    with pytest.raises(error, match=message):
        harness.client("k", "https://gw.example", verify=verify)


def test_verify_and_a_client_of_ones_own(harness: ClientHarness) -> None:
    """One of the two would be ignored: neither is guessed."""
    with pytest.raises(ValueError, match="verify: with an http_client"):
        harness.client("k", verify=False, http_client=harness.http())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_certificates_of_the_environment(
    harness: ClientHarness,
    server: RawServer,
    ca_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    """SSL_CERT_FILE counts on this machine as elsewhere: mkcert, a company's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    client = harness.client("k", server.url.replace("127.0.0.1", host), retry=ONCE)

    assert client.threads.runs.query("t", "r").status == "completed"


def test_a_folder_of_certificates(
    harness: ClientHarness, server: RawServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SSL_CERT_DIR is looked at; an empty folder trusts nobody."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    paths: list[Any] = []
    real = ssl.create_default_context
    monkeypatch.setattr(
        ssl,
        "create_default_context",
        lambda *a, **o: (paths.append(o.get("capath")), real(*a, **o))[1],
    )
    client = harness.client("k", server.url, retry=ONCE)

    with pytest.raises(ApiConnectionError, match="certificate verify failed"):
        client.threads.runs.query("t", "r")
    assert paths == [str(tmp_path)]


@pytest.mark.parametrize("content", [None, "没有证书"])
def test_unusable_certificates_of_the_environment(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    """The error names the variable and what it holds."""
    path = tmp_path / "没有.pem"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with pytest.raises(ValueError, match=r"^SSL_CERT_FILE: .*没有\.pem"):
        harness.client("k", "https://gw.example")
