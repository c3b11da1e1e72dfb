"""Wrong in a small way: JSON, texts and bytes that were right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Place = tuple[str | int, ...]

TOKEN = "fuzz/" + "令牌".encode().hex()
"""Secrets of the clients of these tests, which servers may echo."""

DEEP = 12
"""Levels down which places are looked for: what was put in may be much deeper."""


def nested(depth: int) -> Any:
    """Lists and objects in one another."""
    value: Any = "底"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**63, -(10**400), 1e999, float("nan"), 1e308),
    *("", "null", "0", "你好", "\ud800", "\x00\x1b[31m", "😀" * 50, "x" * 5000, "\udc00\ud83d"),
    *([], {}, [None], [[]], [{}], {"": None}, [5], {"id": "x"}, "completed", ["completed"]),
    *({"error": {}}, {"error": {"code": {}, "message": []}}, {"object": "list", "data": []}),
    *(nested(20), nested(90), nested(300), nested(900)),
    *(TOKEN, f"令牌 {TOKEN}", [TOKEN], {"error": {"code": TOKEN, "message": TOKEN}}),
]
VALUES = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "object", "data", "error", "名"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
NUMBERS = st.integers(min_value=0, max_value=2**16)


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Where the values within a JSON value are, itself first."""
    yield here
    if len(here) == DEEP:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*here, index))


def changed(value: Any, place: Place, how: str, new: Any) -> Any:
    """A copy that is different at one place."""
    if place:
        key, *rest = place
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        if not rest and how == "removed":
            del copy[key]
        elif not rest and how == "twice" and isinstance(copy, list):
            copy.append(value[key])
        else:
            copy[key] = changed(value[key], tuple(rest), how, new)
        return copy
    kinds = {
        "in a list": [value],
        "in an object": {"data": value},
        "as text": json.dumps(value, default=str),
        "null": None,
        "more": {**value, "log_id": new} if isinstance(value, dict) else [value, new],
    }
    return kinds.get(how, new)


HOW = ["removed", "null", "replaced", "replaced", "in a list", "in an object", "as text"]
CHANGES = st.tuples(NUMBERS, st.sampled_from([*HOW, "twice", "more"]), VALUES)


@st.composite
def mutated_json(draw: st.DrawFn, values: list[Any]) -> Any:
    """One of the values, changed at up to three places."""
    value = draw(st.sampled_from(values))
    for number, how, new in draw(st.lists(CHANGES, max_size=3)):
        all_places = list(places(value))
        value = changed(value, all_places[number % len(all_places)], how, new)
    return value


def as_json(value: Any) -> bytes:
    """JSON text, also of what is not quite JSON: NaN, halves of surrogate pairs."""
    return json.dumps(value).encode()


@st.composite
def mutated_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes that were flipped, cut out, doubled or put in, at up to three places."""
    for at, length, how, new in draw(
        st.lists(
            st.tuples(
                NUMBERS,
                st.integers(min_value=1, max_value=40),
                st.sampled_from(["flip", "cut", "drop", "double", "insert"]),
                st.binary(min_size=1, max_size=4)
                | st.sampled_from(
                    [
                        *(b"\r", b"\n\n", b"\r\n\r\n", b"\xff", b"\x00"),
                        b"data:",
                        b"{",
                        b'"',
                        TOKEN.encode(),
                    ]
                ),
            ),
            max_size=3,
        )
    ):
        start = at % (len(data) + 1)
        end = start + length
        piece = data[start:end]
        data = (
            data[:start]
            + {
                "flip": bytes(byte ^ 1 << length % 8 for byte in piece) + data[end:],
                "cut": b"",
                "drop": data[end:],
                "double": piece + piece + data[end:],
                "insert": new + data[start:],
            }[how]
        )
    return data
