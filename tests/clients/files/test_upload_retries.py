"""Uploads that are sent again, and those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from appbuilder_assistants import ApiConnectionError, AssistantsError, RateLimitError

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.files.uploads import EVERY_BYTE, STORED, in_chunks, part, piped, source
from tests.clients.raw_server import Exchange, answer

LIMITED = answer({}, "429 Too Many Requests", retry_after="0")


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
def test_an_upload_is_sent_again_from_its_beginning(
    harness: ClientHarness, serve: Serve, tmp_path: Path, kind: str
) -> None:
    """After a 429, which says that nothing was stored."""
    answers = [LIMITED, STORED]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))
    progress: list[int] = []
    file = source(kind, EVERY_BYTE, tmp_path)

    harness.client("k", server.url).assistants.files.create(
        file, progress=lambda n, _: progress.append(n)
    )

    assert [part(exchange)[1] for exchange in server.exchanges] == [EVERY_BYTE, EVERY_BYTE]
    assert progress == [0, len(EVERY_BYTE)] * 2
    if hasattr(file, "close"):
        file.close()


def test_a_pipe_is_not_sent_again(harness: ClientHarness, serve: Serve) -> None:
    """Its bytes are gone: better an error than half a file."""

    def script(exchange: Exchange) -> None:
        in_chunks(exchange)
        exchange.send(LIMITED)

    server = serve(script)
    pipe, filler = piped(b"x")
    with pipe, pytest.raises(RateLimitError):
        harness.client("k", server.url).assistants.files.create(pipe)
    filler.join()

    assert len(server.exchanges) == 1


@pytest.mark.parametrize(
    "sent", [answer({}, "503 Busy"), STORED[:-1], b""], ids=["503", "half an answer", "no answer"]
)
def test_an_upload_that_may_have_happened_is_not_sent_again(
    harness: ClientHarness, serve: Serve, sent: bytes
) -> None:
    """A file is not stored twice."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])

    with pytest.raises(AssistantsError):
        harness.client("k", server.url, retry=AT_ONCE).assistants.files.create(b"x")

    assert len(server.exchanges) == 1


def test_an_upload_without_a_server(harness: ClientHarness) -> None:
    """Not a byte was read: it is tried again, and then says where."""
    with pytest.raises(ApiConnectionError, match="no connection to") as caught:
        harness.client("k", "http://127.0.0.1:9", retry=AT_ONCE).assistants.files.create(b"x")

    assert len(caught.value.attempts) == 3
