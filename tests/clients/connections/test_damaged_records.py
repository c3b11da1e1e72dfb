"""TLS records that are damaged or cut on the way: an error of the documented tree, wherever."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from appbuilder_assistants import ApiConnectionError, RetryPolicy

from tests.clients.bodies import CHUNKED, RUN, STREAM, chunk
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.connections.damaged_records import DAMAGES, relay
from tests.clients.raw_server import PATIENCE, Exchange, answer

ONCE = RetryPolicy(attempts=1)
FILE = "文件".encode() * 10_000

CALLS: dict[str, Callable[[Any], object]] = {
    "runs.query": lambda client: client.threads.runs.query("t", "r").id,
    "runs.stream_run": lambda client: len(list(client.threads.runs.stream_run("a", "t"))),
    "files.content": lambda client: client.assistants.files.content("f").content,
    "files.create": lambda client: client.assistants.files.create(FILE).id,
}
STORED = {
    "id": "f",
    "bytes": 1,
    "object": "file",
    "purpose": "assistant",
    "filename": "文件",
    "create_at": 1,
    "classification_id": "c",
    "file_type": "document",
}


def script(exchange: Exchange) -> None:
    """Answer in several records."""
    if exchange.path.endswith("query"):
        exchange.send(answer(RUN))
    elif exchange.path.endswith("content"):
        exchange.send(answer(FILE, content_type="text/plain"))
    elif exchange.headers["content-type"].startswith("multipart"):
        exchange.send(
            answer({**STORED, "create_at": 1, "classification_id": "c", "file_type": "document"})
        )
    else:
        exchange.send(CHUNKED)
        for line in STREAM.splitlines(keepends=True):
            exchange.send(chunk(line))
        exchange.send(b"0\r\n\r\n")


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", CALLS)
def test_each_record(
    harness: ClientHarness, serve: Serve, ca: trustme.CA, name: str, damage: str
) -> None:
    """Handshake, headers, body and end: ApiConnectionError, or the whole answer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context(cadata=ca.cert_pem.bytes().decode())
    failed = 0
    with relay(serve(script, context).url) as between:

        def call() -> object:
            between.passed = 0
            client = harness.client("k", between.url, verify=trusting, retry=ONCE, timeout=PATIENCE)
            with client:
                return CALLS[name](client)

        right = call()
        records = between.passed
        between.damage = DAMAGES[damage]
        for between.target in range(records):
            try:
                assert call() == right
            except ApiConnectionError:
                failed += 1

    assert failed > 3
    assert records > 5
