"""Bytes to server-sent events, cut in every way."""

from __future__ import annotations

import time

import pytest
from appbuilder_assistants._core.sse import SseDecoder, SseEvent

# A BOM, every line ending, a comment, blank lines after an id, fields without a colon or a space,
# several data lines, characters of two to four bytes, and an event that does not end.
BODY = (
    "\ufeff: 你好\r\n"
    "event: a\r\ndata: 一\r\ndata\r\ndata:二😀\r\n\r\n"
    "id: 7\n\n\n\n"
    "retry: 10\revent:b\rdata:  é\r\r"
    "unknown: x\ndata: {}\n\n"
    "data: never"
).encode()
EVENTS = [SseEvent("a", "一\n\n二😀"), SseEvent("b", " é"), SseEvent("", "{}")]


def decoded(*chunks: bytes) -> list[SseEvent]:
    decoder = SseDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def test_whole() -> None:
    """The fields of every line ending and form are read as the standard says."""
    assert decoded(BODY) == EVENTS


def test_every_pair_of_cuts() -> None:
    """Where the network cuts the stream changes nothing."""
    size = len(BODY)

    for first in range(size + 1):
        for second in range(first, size + 1):
            assert decoded(BODY[:first], BODY[first:second], BODY[second:]) == EVENTS


def test_byte_by_byte() -> None:
    """One byte at a time is as good as all at once."""
    assert decoded(*(BODY[i : i + 1] for i in range(len(BODY)))) == EVENTS


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n\r\n\r", [], id="blank lines"),
        pytest.param(b": ping\n\n", [], id="a comment only"),
        pytest.param(b"event: ping\n\n", [], id="no data, no event"),
        pytest.param(b"event: ping\ndata\n\n", [SseEvent("ping", "")], id="empty data"),
        pytest.param(b"data:a:b\n\n", [SseEvent("", "a:b")], id="a colon in the value"),
        pytest.param(b"data:  a\n\n", [SseEvent("", " a")], id="one space goes"),
        pytest.param(b"Data: a\n\n", [SseEvent("", "Data: a")], id="names have their case"),
        pytest.param(b"event: a\nevent: b\ndata: c\n\n", [SseEvent("b", "c")], id="last name"),
        pytest.param(b"event: a\n\ndata: c\n\n", [SseEvent("", "c")], id="a name is for one event"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [SseEvent("", "a")], id="BOM"),
        pytest.param(b"data: a\n\xef\xbb\xbfdata: b\n\n", [SseEvent("", "a")], id="BOM inside"),
        pytest.param(
            "data: a\u2028b\x0bc\x85d\n\n".encode(),
            [SseEvent("", "a\u2028b\x0bc\x85d")],
            id="other line ends are text",
        ),
        pytest.param(b'{"error":\n {}}\n\n', [SseEvent("", '{"error":\n {}}')], id="bare JSON"),
        pytest.param(b"data: a", [], id="an unfinished line is dropped"),
        pytest.param(b"data: a\n", [], id="an unfinished event is dropped"),
    ],
)
def test_rules(body: bytes, events: list[SseEvent]) -> None:
    """Each rule of the format, by itself."""
    assert decoded(body) == events


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        (b"", ""),
        (b"data: a\n\n", ""),
        (b"data: a\n", ""),
        (b'data: a\n\n{"error": 1}', '{"error": 1}'),
        (b'{"error":\n1}\n', '{"error":\n1}\n'),
        (b'\xef\xbb\xbf{"error": 1}', '{"error": 1}'),
        (b"\xff", "\ufffd"),
    ],
)
def test_rest(body: bytes, rest: str) -> None:
    """Lines behind the last event that are no fields can be had at the end."""
    decoder = SseDecoder()
    list(decoder.feed(body))

    assert decoder.rest() == rest


@pytest.mark.parametrize("bad", [b"data: \xff\n\n", b"event: \xe4\xbd\ndata: a\n\n", b"\xff\n\n"])
def test_invalid_utf8(bad: bytes) -> None:
    """Bytes that are no text raise, after the events before them."""
    events = SseDecoder().feed(b"data: \xe4\xbd\xa0\n\n" + bad)

    assert next(events) == SseEvent("", "你")
    with pytest.raises(UnicodeDecodeError):
        next(events)


@pytest.mark.parametrize("size", [1, 1000])
def test_time_grows_with_the_bytes(size: int) -> None:
    """An event of ten times as many chunks takes about ten times as long."""

    def seconds(count: int) -> float:
        decoder, chunk = SseDecoder(), b"x" * size
        began = time.thread_time()
        for _ in range(count):
            list(decoder.feed(chunk))
        return time.thread_time() - began

    few, many = (min(seconds(count) for _ in range(5)) for count in (2_000, 20_000))

    # Copying what was collected on every chunk would make it a hundred times.
    assert many < 40 * few


def test_ten_megabytes_in_one_event() -> None:
    """A large event arrives whole."""
    text = "秦" * 3_500_000
    body = f"data: {text}\n\n".encode()

    (event,) = decoded(*(body[i : i + 65_536] for i in range(0, len(body), 65_536)))

    assert event.data == text
