"""Bytes to server-sent events, cut in every way."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from appbuilder_assistants._core.limits import MAX_BODY
from appbuilder_assistants._core.streams.sse import SseDecoder, SseEvent, TooLargeError
from hypothesis import given
from hypothesis import strategies as st


def sse(name: str, text: str) -> SseEvent:
    return name, text.encode()


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
EVENTS = [sse("a", "一\n\n二😀"), sse("b", " é"), sse("", "{}")]


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


SMALL = {
    "a BOM": ("\ufeffdata: 一\n\n", [sse("", "一")]),
    "a BOM and CRLF": ("\ufeff\r\n\r\ndata: 一\r\n\r\n", [sse("", "一")]),
    "LF": ("event: a\ndata: 1\n\ndata: 2\n\n", [sse("a", "1"), sse("", "2")]),
    "CR": ("event: a\rdata: 1\r\rdata: 2\r\r", [sse("a", "1"), sse("", "2")]),
    "CRLF": ("event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", [sse("a", "1"), sse("", "2")]),
    "line endings mixed": (
        "data: 1\r\n\ndata: 2\n\rdata: 3\r\r\n",
        [sse("", n) for n in "123"],
    ),
    "two to four bytes": ("event: é\ndata: 秦😀é\n\n", [sse("é", "秦😀é")]),
    "comments": (": 一\n:\ndata: 1\n: data: 2\n\n: 3\n\n", [sse("", "1")]),
    "id and retry": ("id: 7\nretry: 10\ndata: 1\nid\n\nid: 8\n\n\n", [sse("", "1")]),
    "fields without a colon": (
        "event\ndata\ndata\n\ndata\n\n",
        [sse("", "\n"), sse("", "")],
    ),
    "several data lines": ("data: 一\ndata:\ndata: {\r\ndata:}\n\n", [sse("", "一\n\n{\n}")]),
    "a bare line": (
        '{"error":\r\n1}\r\n\r\ndata: 1\n\n',
        [sse("", '{"error":\n1}'), sse("", "1")],
    ),
}


@pytest.mark.parametrize(("text", "events"), SMALL.values(), ids=list(SMALL))
def test_every_pair_of_cuts_through_one_thing(text: str, events: list[SseEvent]) -> None:
    """Each thing that a stream may hold, by itself, wherever the network cuts it."""
    body = text.encode()
    size = len(body)

    for first in range(size + 1):
        for second in range(first, size + 1):
            assert decoded(body[:first], body[first:second], body[second:]) == events


BLOCKS = [
    *(
        "event: message\ndata: {}\n\n",
        'event: message\ndata: {"一": "😀"}\n\n',
        "event: message\n\n",
    ),
    *("event: message\ndata: 1\ndata: 2\n\n", "event: message\ndata: a\rdata: b\n\n", "\ufeff"),
    *("event: message\r\ndata: c\r\n\r\n", "event: messages\ndata: d\n\n", "id: 7\n", ": x\n"),
    *("event: message\ndata: \n\n", "event: message\ndata:e\n\n", "event: message\nid: 1\n\n"),
    *(
        "\n",
        "\r",
        "\r\n",
        "data: f",
        "event: message",
        "event: status\ndata: {}\n\n",
        '{"error": 1}\n',
    ),
]


@given(
    stream=st.lists(st.sampled_from(BLOCKS), max_size=12).map("".join),
    cuts=st.lists(st.integers(0, 300), max_size=4),
)
def test_both_ways_of_reading_give_the_same_events(stream: str, cuts: list[int]) -> None:
    """Events that come whole take a shorter way to the same result, wherever they stand."""
    body = stream.encode()
    ends = [0, *sorted(cuts), len(body)]
    chunks = [body[begin:end] for begin, end in pairwise(ends)]
    by_lines, decoder = SseDecoder(), SseDecoder()

    for chunk in chunks:
        assert list(decoder.feed(chunk)) == list(by_lines._feed_lines(chunk))
        assert decoder.rest() == by_lines.rest()


def test_messages_are_cut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many in one chunk, or each in its own, take the shorter way."""
    message = 'event: message\ndata: {"一": 1}\n\n'.encode()
    monkeypatch.setattr(SseDecoder, "_feed_lines", None)

    assert decoded(message * 100, message) == [sse("message", '{"一": 1}')] * 101


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
        pytest.param(b"event: ping\ndata\n\n", [sse("ping", "")], id="empty data"),
        pytest.param(b"data:a:b\n\n", [sse("", "a:b")], id="a colon in the value"),
        pytest.param(b"data:  a\n\n", [sse("", " a")], id="one space goes"),
        pytest.param(b"Data: a\n\n", [sse("", "Data: a")], id="names have their case"),
        pytest.param(b"event: a\nevent: b\ndata: c\n\n", [sse("b", "c")], id="last name"),
        pytest.param(b"event: a\n\ndata: c\n\n", [sse("", "c")], id="a name is for one event"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [sse("", "a")], id="BOM"),
        pytest.param(b"data: a\n\xef\xbb\xbfdata: b\n\n", [sse("", "a")], id="BOM inside"),
        pytest.param(
            "data: a\u2028b\x0bc\x85d\n\n".encode(),
            [sse("", "a\u2028b\x0bc\x85d")],
            id="other line ends are text",
        ),
        pytest.param(b'{"error":\n {}}\n\n', [sse("", '{"error":\n {}}')], id="bare JSON"),
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
        (b"data: a\n", "a"),
        (b"data: a\ndata: b", "a\nb"),
        (b"event: x\ndata: a\n\ndata:b", "b"),
        (b'data: a\n\n{"error": 1}', '{"error": 1}'),
        (b'{"error":\n1}\n', '{"error":\n1}\n'),
        (b'\xef\xbb\xbf{"error": 1}', '{"error": 1}'),
        (b"\xff", "\ufffd"),
    ],
)
def test_rest(body: bytes, rest: str) -> None:
    """Lines behind the last event that are no fields, or data, can be had at the end."""
    decoder = SseDecoder()
    list(decoder.feed(body))

    assert decoder.rest() == rest


@pytest.mark.parametrize("bad", [b"data: \xff\n\n", b"event: \xe4\xbd\ndata: a\n\n", b"\xff\n\n"])
def test_invalid_utf8(bad: bytes) -> None:
    """Bytes that are no text raise, after the events before them."""
    events = SseDecoder().feed(b"data: \xe4\xbd\xa0\n\n" + bad)

    assert next(events) == sse("", "你")
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


@pytest.mark.parametrize("size", [7, 65_536, 2_000_000])
@pytest.mark.parametrize("lines", [1, 1000])
def test_one_megabyte_in_one_event(size: int, lines: int) -> None:
    """A large event arrives whole, in whatever pieces, and in time that grows with the bytes."""
    text = "\n".join(["秦" * (350_000 // lines)] * lines)
    body = "".join(f"data: {line}\n" for line in text.split("\n")).encode() + b"\n"

    began = time.thread_time()
    (event,) = decoded(*(body[i : i + size] for i in range(0, len(body), size)))
    took = time.thread_time() - began

    assert len(body) > 1_000_000
    assert event[1].decode() == text
    # 150,000 pieces take a tenth of a second; copying the whole for each would take a minute.
    assert took < 5


def test_ten_megabytes_in_one_event() -> None:
    """Ten times as much is no trouble either."""
    text = "秦" * 3_500_000
    body = f"data: {text}\n\n".encode()

    (event,) = decoded(*(body[i : i + 65_536] for i in range(0, len(body), 65_536)))

    assert event[1].decode() == text


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        (b"data: 345678\n\n", True),
        (b"data: 3456789\n\n", False),
        (b"data: 3456789", False),
        (b"data\ndata\ndata\n", True),
        (b"data\ndata\ndata\ndata\n", False),
        (b"stray\nstray\n12", True),
        (b"stray\nstray\n123", False),
        (b": 3456789 a comment of this length is not held, but only once it is over", False),
        (b"id: 1\nid: 2\nid: 3\nretry: 1\n: 4\n" * 3, True),
        (b"data: 3456\n\n" * 9, True),
    ],
)
@pytest.mark.parametrize("step", [1, 1000])
def test_an_event_has_a_largest_size(body: bytes, fits: bool, step: int) -> None:
    """The reader's memory for one event is bounded, however it comes."""
    decoder = SseDecoder(limit=12)

    def feed() -> None:
        for i in range(0, len(body), step):
            list(decoder.feed(body[i : i + step]))

    if fits:
        feed()
    else:
        with pytest.raises(TooLargeError, match="more than 12 bytes"):
            feed()


def test_events_before_one_that_is_too_large() -> None:
    """It is given first; the limit is large enough for any answer."""
    events = SseDecoder().feed(b"data: 1\n\ndata: " + bytes(MAX_BODY))

    assert next(events) == sse("", "1")
    with pytest.raises(TooLargeError, match="more than 67,108,864 bytes"):
        next(events)
