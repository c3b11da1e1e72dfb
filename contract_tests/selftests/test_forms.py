"""Servers that keep every promise in another form than the mock's pass."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import pytest

from contract_tests.selftests.servers.form_proxy import FORMS, NEVER_ENDS, reformed
from contract_tests.selftests.suite_process import TOKEN, completed, environ_of
from contract_tests.spec import run_events as sse

pytestmark = pytest.mark.usefixtures("interruptible")

SUITE = "contract_tests/suite"
STREAMS = [f"{SUITE}/test_streams.py", f"{SUITE}/test_files.py"]
MORE = [f"{SUITE}/test_{name}.py" for name in ("objects", "lifecycle", "lists", "operations")]
SOME = "not operations or test_createRun or test_listMessages or test_readFile"
TEXT = "一\u2028二"
EVENTS = b"".join(
    b"event: status\ndata: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"
    for payload in ({"event_type": "run_begin", "说": TEXT}, {"event_type": "run_end"})
)


@pytest.mark.parametrize("name", FORMS)
def test_it_passes(tmp_path: Path, name: str) -> None:
    """Each form passes on real sockets; all of them together pass the other tests, too."""
    tests = [*STREAMS, *MORE, "-k", SOME] if name == "all" else STREAMS
    with (
        appbuilder_mock.running(token=TOKEN) as service,
        reformed(service.url, FORMS[name]) as url,
    ):
        result = completed(tmp_path, tests, environ_of(url))

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "stream",
    [
        EVENTS,
        b"\xef\xbb\xbf" + EVENTS,
        EVENTS.replace(b"\n", b"\r\n"),
        EVENTS.replace(b"\n", b"\r"),
        EVENTS.replace(b"\n\n", b"\n\r\n"),
        EVENTS.replace(b"\n\n", b"\n\n\n\n"),
        EVENTS.replace(b"data: {", b"data:{\ndata: "),
        b": keep-alive\n\n" + EVENTS.replace(b"\ndata", b"\n: in between\ndata"),
        b"id: 1\n\nretry: 3000\n\nevent: nothing\n\nfoo\n\n" + EVENTS,
        EVENTS + b": the end\n",
        EVENTS + b": the end",
        EVENTS + b"event: nothing",
    ],
)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_stream_is_read_as_the_standard_says(stream: bytes, size: int) -> None:
    """The events of a stream do not depend on the sizes of its chunks."""
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]

    result = list(sse.events(chunks))
    assert [event.kind for event in result] == ["run_begin", "run_end"]
    assert result[0].payload["说"] == TEXT


@pytest.mark.parametrize(
    "stream", [EVENTS[:-2], EVENTS[:-1], EVENTS + b"data\n\n", EVENTS + b"data: []\n\n"]
)
def test_broken_stream_is_refused(stream: bytes) -> None:
    """An event without its end, and data that is no object."""
    with pytest.raises(ValueError, match=r"inside an event|not an object|Expecting value"):
        list(sse.events([stream]))


def test_event_is_there_before_the_next_one() -> None:
    """A reader gets an event with its blank line, even if that ends in a return."""
    came: list[str] = []

    def chunks() -> Iterator[bytes]:
        yield EVENTS.partition(b"\n\n")[0].replace(b"\n", b"\r") + b"\r\r"
        assert came == ["run_begin"]

    for event in sse.events(chunks()):
        came.append(event.kind)


def test_no_stream_is_waited_for_too_long(tmp_path: Path) -> None:
    """A stream that keeps its connection busy and says nothing ends with the target's patience."""
    with (
        appbuilder_mock.running(token=TOKEN) as service,
        reformed(service.url, NEVER_ENDS) as url,
    ):
        began = time.monotonic()
        environ = {**environ_of(url), "CONTRACT_PATIENCE": "2"}
        result = completed(tmp_path, [f"{SUITE}/test_streams.py"], environ)

    assert result.returncode == 1, result.stdout
    assert "the stream had no event but pings" in result.stdout
    assert time.monotonic() - began < 200
