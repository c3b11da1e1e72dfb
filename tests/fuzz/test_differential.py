"""Transports and parsers on the same answers: the same reply, or the same words for none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from appbuilder_assistants._core.calls import Reply
from appbuilder_assistants._transport.protocols import TransportFailure
from appbuilder_assistants._transport.with_h11 import fast_exchange
from appbuilder_assistants._transport.with_h11.exchange import Exchange
from appbuilder_assistants._transport.with_h11.transport import (
    AsyncSocketTransport,
    SocketTransport,
)
from appbuilder_assistants._transport.with_httpx.transport import HttpxTransport
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from tests.clients.operations import OPERATIONS
from tests.fuzz.conftest import ANSWERS, SEED
from tests.fuzz.mutations import NUMBERS
from tests.fuzz.server import Answer, FuzzServer
from tests.fuzz.wire import answers
from tests.transport.harness import OnLoop, Threads, outgoing, read

KINDS = ("runs.query", "runs.stream_run", "files.content")
"""Operations that are answered by JSON, by events, and by bytes."""
EACH = -(-ANSWERS // len(KINDS))
CUT = max(EACH // 4, 10)
"""Answers that are cut: each at every byte, which costs four readings of some 50 µs each time."""

RULES: Any = {
    "database": None,
    "deadline": None,
    "phases": [Phase.generate, Phase.shrink],
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture
def transports(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Threads | OnLoop]]:
    made: dict[str, Threads | OnLoop] = {}
    for parser in ("h11", "httptools"):
        monkeypatch.setattr(fast_exchange, "chosen", parser)
        made[parser] = Threads(SocketTransport())
        made[f"{parser}-async"] = OnLoop(AsyncSocketTransport())
        assert {made[n].transport.exchange_class.parser for n in made if parser in n} == {parser}
    made["httpx"] = Threads(HttpxTransport())
    yield made
    for harness in made.values():
        harness.close()
        if isinstance(harness, OnLoop):
            harness.run(harness.loop.shutdown_asyncgens())
            harness.loop.close()


@pytest.mark.parametrize("name", KINDS)
def test_any_answer(name: str, fuzz: FuzzServer, transports: dict[str, Threads | OnLoop]) -> None:
    """Class, flags, message, headers and bytes; of the whole answer, and where it ends too soon."""
    seen: Counter[str] = Counter()

    @seed(f"{SEED} {name}")
    @settings(max_examples=EACH, **RULES)
    @given(answer=answers(OPERATIONS[name].kind, OPERATIONS[name].operation_id), end=NUMBERS)
    def check(answer: Answer, end: int) -> None:
        note(repr(answer))
        if answer.then == "reset":  # where what arrives is a matter of time
            answer = Answer(answer.data)
        cut = Answer(answer.data[: end % (len(answer.data) + 1)])
        for sent, open_ in ((answer, False), (answer, True), (cut, end % 2 == 0)):
            found = {}
            for kind, harness in transports.items():
                fuzz.answer_with([sent], to=kind)
                found[kind] = outcome(harness, fuzz.url, open_)
            for kind in found:
                assert found[kind] == found["h11"], (kind, sent)
            seen[type(found["h11"]).__name__] += 1

    check()
    assert sum(seen.values()) >= EACH


def outcome(harness: Threads | OnLoop, url: str, open_: bool) -> object:
    """The outcome of an exchange, as a caller sees it."""
    reply = harness.send(outgoing(url, open_=open_))
    if not isinstance(reply, Reply):
        return reply._replace(seconds=0.0, cause=None)
    body, failure = reply.body, None
    if reply.live is not None:
        body, failure = read(harness, reply)
        harness.close_body(reply)
    why = None if failure is None else (failure.message, failure.timed_out, failure.overdue)
    headers = {name.lower(): value for name, value in reply.headers.items()}
    if why is not None and "content-encoding" in headers:
        body = b""  # how much can be unpacked before the damage depends on how the bytes came
    if reply.cut_short:
        body = body[:1_000]  # how much more there is depends on how the bytes came
    return reply.status, headers, body, reply.cut_short, why


@pytest.mark.parametrize("name", KINDS)
def test_every_cut(name: str) -> None:
    """Both parsers, wherever the network cuts an answer, and if it ends there."""
    seen: set[bytes] = set()

    @seed(f"{SEED} {name}")
    @settings(max_examples=CUT, **RULES)
    @given(answer=answers(OPERATIONS[name].kind, OPERATIONS[name].operation_id))
    def check(answer: Answer) -> None:
        data = answer.data[:2_000]
        if data in seen:
            return
        whole = parsed(Exchange(), [data])
        for at in range(len(data) + 1):
            for pieces in ([data[:at], data[at:]], [data[:at]]):
                expected = parsed(Exchange(), pieces)
                assert parsed(fast_exchange.FastExchange(), pieces) == expected
                if len(pieces) == 2:
                    assert expected == whole
        seen.add(data)

    check()


def parsed(exchange: Exchange, pieces: list[bytes]) -> object:
    """The result of reading the pieces of a response, and the end of the connection behind them."""
    body = b""
    exchange.begin()
    try:
        for piece in (*filter(None, pieces), b""):
            exchange.feed(piece)
            while exchange.head is not None and (taken := exchange.take()):
                body += taken
            if exchange.is_complete:
                return exchange.head[0], dict(exchange.head[1]), body  # type: ignore[index]
    except TransportFailure as failure:
        head = exchange.head
        why = str(failure)
        # The words of h11 for these depend on how much of the line came at once.
        if why.startswith(("illegal request line", "illegal status line", "no response line")):
            why = "illegal first line"
        if why.startswith("malformed chunk footer"):
            why = "malformed chunk footer"
        return head and (head[0], dict(head[1])), body, why
    raise AssertionError("neither an end nor a failure")
