"""JSON from bytes, by each decoder; levels, wherever brackets are."""

from __future__ import annotations

import builtins
import importlib.util
import json
import time
from typing import Any

import pytest
from appbuilder_assistants._core.responses import json_reader
from appbuilder_assistants._core.responses.json_reader import loads
from hypothesis import given
from hypothesis import strategies as st


def nested(levels: int, inner: str = "", opening: str = "[", closing: str = "]") -> bytes:
    return f"{opening * levels}{inner}{closing * levels}".encode()


@pytest.mark.parametrize(
    "text",
    [
        *("0", "-0", "-0.0", "1e5", "9223372036854775808", "-9223372036854775809", "9" * 400),
        *("1.7976931348623157e308", "5e-324", "0.1", "null", '""', "[]", " {}\r\n\t"),
        *('"\\ud800"', '"\\udc00\\ud83d"', '"\\ud83d\\ude00"', '"\\u0000\\/"', '"秦始皇😀"'),
        *('{"a": 1, "b": 2, "a": [3]}', '\ufeff{"a": 1}', '{"": null}'),
    ],
)
def test_values_are_those_of_json(decoder: str, text: str) -> None:
    """Types as well, and the order of names: large integers, doubled names, halves of pairs."""
    value = loads(text.encode())

    assert repr(value) == repr(json.loads(text.removeprefix("\ufeff")))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Expecting value"),
        (b"[1,]", "Expecting value|Illegal trailing comma"),  # the latter from Python 3.13 on
        (b'{"a":1}}', "Extra data"),
        (b"NaN", "NaN is not JSON"),
        (b"-Infinity", "-Infinity is not JSON"),
        (b"1e999", "the number 1e999 is too large"),
        (b"01", "Extra data"),
        (b'"\x00"', "Invalid control character"),
        (b'"\xed\xa0\x80"', "can't decode"),
        (b'"\xff"', "can't decode"),
        ('{"a": 1}'.encode("utf-16"), "can't decode"),
        (nested(101), "the JSON is nested too deeply"),
        (nested(100_000), "the JSON is nested too deeply"),
    ],
)
def test_refusals_are_those_of_json(decoder: str, body: bytes, message: str) -> None:
    """With the same words, and no other error behind them."""
    with pytest.raises(ValueError, match=message) as caught:
        loads(body)

    assert "msgspec" not in repr([caught.value.__context__, caught.value.__cause__])


def test_without_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, `json` reads, and says so."""
    import_module = builtins.__import__

    def fail(name: str, *args: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "msgspec":
            raise ImportError(name)
        return import_module(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", fail)
    spec = importlib.util.find_spec(json_reader.__name__)
    assert spec
    assert spec.loader
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)

    assert fresh.decoder_name() == "json"
    assert fresh.loads('{"名": 1}'.encode()) == {"名": 1}


@pytest.mark.parametrize(
    "body",
    [
        nested(100),
        nested(100, "1"),
        nested(99, "1," + "[]," * 200 + "2"),
        nested(50, "1", '{"a":[', "]}"),
        b'["' + b"[" * 5000 + b'"]',
        b'["' + b"[]" * 5000 + b'"]',
        b'["\\"' + b"[" * 5000 + b'\\\\"]',
        b'{"a":' + nested(200) + b',"a":1}',
    ],
)
def test_levels_that_are_allowed(decoder: str, body: bytes) -> None:
    """A hundred are, and any number of brackets within texts."""
    assert loads(body) == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        nested(101),
        nested(100, "1," + "[]," * 200 + "2"),
        nested(51, "1", '{"a":[', "]}"),
        nested(101, "1", '{"":', "}"),
        # Without regard for texts, these brackets are pairs side by side.
        nested(150, "1", '["]",', ',"["]'),
        nested(150, "1", '["\\"]",', ',"[\\\\"]'),
    ],
)
def test_levels_that_are_too_many(decoder: str, body: bytes) -> None:
    """They are refused, whatever texts hide them."""
    with pytest.raises(ValueError, match="nested too deeply"):
        loads(body)


def reads_one_by_one(body: bytes) -> bool:
    """Whether JSON has too many levels, by looking at every value."""
    return json_reader._is_too_deep(body, json.loads(body))


TEXTS = st.text(alphabet='[]{}"\\秦a', max_size=6)
OPENINGS = st.lists(st.tuples(st.sampled_from(["list", "object"]), TEXTS), max_size=160)


@given(openings=OPENINGS, texts=st.lists(TEXTS, max_size=120), ascii_only=st.booleans())
def test_levels_are_counted_exactly(
    openings: list[tuple[str, str]], texts: list[str], ascii_only: bool
) -> None:
    """The brackets are as good as a look at every value."""
    value: Any = texts
    for kind, text in openings:
        value = [text, value, text] if kind == "list" else {text: [], f"{text}值": value}
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    try:
        loads(body)
    except ValueError:
        refused = True
    else:
        refused = False

    assert refused == reads_one_by_one(body)


def test_ordinary_pages_are_not_looked_through(
    decoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of a hundred objects, with brackets in its texts, is judged by its brackets."""
    tool = {"function": {"parameters": {"properties": {"城市": {"type": ["string", "null"]}}}}}
    run = {"id": "r", "tools": [tool], "instructions": 'x[0] = "}" \\ ] 你好', "metadata": {}}
    body = json.dumps({"data": [run] * 100}).encode()
    monkeypatch.setattr(json_reader, "_is_too_deep", None)

    assert len(loads(body)["data"]) == 100


@pytest.mark.parametrize("inner", [b"[],", b'["[",', b'{"a":[{"b":', b'"\\\\[",'])
def test_time_grows_with_the_bytes(inner: bytes) -> None:
    """Ten times as many brackets take about ten times as long, however they stand."""

    def seconds(count: int) -> float:
        body = inner * count
        began = time.thread_time()
        json_reader._is_flat(body, body.translate(None, json_reader._NOT_STRUCTURE))
        return time.thread_time() - began

    few, many = (min(seconds(count) for _ in range(3)) for count in (20_000, 200_000))

    # Each further pass over all of it for each level would make it a hundred times and more.
    assert many < 50 * few
