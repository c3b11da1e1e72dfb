"""Both JSON decoders over mutated bodies: the same values and the same errors."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from appbuilder_assistants._core.responses import json_reader

from tests.clients.responses.wire_samples import SAMPLES
from tests.fuzz.answers import ERRORS, STREAMS, right_answers
from tests.fuzz.conftest import ANSWERS, SEED
from tests.fuzz.mutations import ODD
from tests.generated.spec import OPERATIONS

BODIES = 10 * ANSWERS
ODD_TOKENS = [
    *(b"-0", b"-0.0", b"01", b"1.", b".5", b"+1", b"1e5", b"1E400", b"1e-400", b"0x1", b"1_0"),
    *(b"9" * n for n in (18, 19, 20, 400, 4300, 4301)),
    *(b"-" + b"9" * n for n in (18, 19, 20, 400)),
    *(b"9223372036854775808", b"18446744073709551616", b"123456789012345678901234567890.5"),
    *(b"1.7976931348623159e308", b"2.2250738585072011e-308", b"5e-324", b"0.1", b"1e23"),
    *(b"NaN", b"-Infinity", b"nul", b"'a'", b"/**/1", b"\xef\xbb\xbf", b"\xff\xfe1\x00"),
    *(b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\u0000"', b'"\\x"', b'"\\/"'),
    *(b'"\x00"', b'"\x1f"', b'"\x7f"', b'"\t"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xff"'),
    *(b'{"a":1,"b":0,"a":[2]}', b"[1,]", b'{"a":1,}', b"{1:2}", b"[", b"]", b"{", b"}", b'"'),
    *(b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8", b"\r\n", b"\\u0031", "１".encode(), b'"]"', b'"}["'),
]


def bodies() -> list[bytes]:
    """Right answers, and texts of events, with Chinese as it is and escaped."""
    values = [*ERRORS, *(sample.body for sample in SAMPLES if sample.body)]
    for operation in OPERATIONS:
        if "application/json" in str(OPERATIONS[operation]["responses"].get("200")):
            values += right_answers(operation)
    texts = [
        json.dumps(value, ensure_ascii=escaped) for value in values for escaped in (False, True)
    ]
    events = [
        line[5:] for stream in STREAMS for line in stream.split(b"\n") if line[:5] == b"data:"
    ]
    return [*(text.encode() for text in texts), *events]


def mutated(body: bytes, choose: random.Random, others: list[bytes]) -> bytes:
    """Bytes with up to four changes: flipped, cut out, cut off, odd tokens put in."""
    data = bytearray(body)
    for _ in range(choose.randrange(5)):
        at = choose.randrange(len(data) + 1)
        how = choose.random()
        if how < 0.2:
            data[at : at + 1] = bytes([choose.randrange(256)])
        elif how < 0.4:
            del data[at : at + choose.randrange(1, 8)]
        elif how < 0.45:
            del data[at:]
        elif how < 0.5:
            data[at:at] = choose.choice(others)
        else:
            token = choose.choice(ODD_TOKENS)
            # In place of a value, where it is more often valid than in the middle of one.
            start = data.rfind(b":", 0, at) + 1
            end = data.find(b",", start)
            data[start : end if choose.random() < 0.7 and end > 0 else start] = token
    return bytes(data)


def read(decode: Callable[[bytes], object], body: bytes) -> str:
    """The result of a decoder; its `repr` distinguishes 1, 1.0 and True, and orders of names."""
    json_reader._decode = decode
    try:
        return repr(json_reader.loads(body))
    except ValueError as error:
        return f"{type(error).__name__}: {error}"


def test_both_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, their types, the order of names and the words of errors are equal."""
    msgspec = pytest.importorskip("msgspec")
    monkeypatch.setattr(json_reader, "_decode", None)  # is put back after the test
    by_json, by_msgspec = json_reader._DECODERS["json"], json_reader._DECODERS["msgspec"]
    accepted = refused_by_msgspec = 0
    choose = random.Random(SEED)
    right = bodies()
    # Both refuse JSON that is nested too deeply for the stack, in different words.
    others = [json.dumps(value).encode() for value in ODD if "[[" * 400 not in str(value)]

    for _ in range(BODIES):
        body = mutated(choose.choice(right), choose, others)
        expected = read(by_json, body)
        assert read(by_msgspec, body) == expected, body
        try:
            msgspec.json.decode(body)
            accepted += 1
        except (msgspec.DecodeError, ValueError):
            refused_by_msgspec += 1

    # Enough of both: neither agrees by refusing everything.
    assert accepted > BODIES / 10
    assert refused_by_msgspec > BODIES / 10
