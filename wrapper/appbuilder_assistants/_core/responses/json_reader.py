"""JSON from bytes, by msgspec where it is installed (the extra `fast`), else by `json`.

Values and errors are the same with both: what msgspec accepts, it reads as `json` does, and what it
refuses, `json` reads again. (Others differ: orjson makes floats of large integers.)
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

DEEPEST = 100
"""Levels of JSON within JSON: what is deeper, Python could read but not show, copy or write."""

# A level takes five bytes, or two as a list: an event is shorter than so many levels.
_SHORT = 5 * DEEPEST
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
_STRING = rb'"[^"]*"'
_PASSES = 8  # each removes one or two levels; the API's own objects have up to nine


def loads(body: bytes) -> Any:
    """JSON to Python. Raises ValueError for anything else, however odd."""
    try:
        value = _decode(body)
    except _REFUSED:
        value = _REFUSED_VALUE
    if value is _REFUSED_VALUE:  # json decides, and its error has no other one behind it
        value = _by_json(body)
    size = len(body)
    if size < _SHORT:
        lists = size - len(body.replace(b"[", b""))  # faster than counting them
        if size + 3 * lists < _SHORT:
            return value
    brackets = body.translate(None, _NOT_STRUCTURE)
    if len(brackets) > DEEPEST and not _is_flat(body, brackets) and _is_too_deep(body, value):
        raise ValueError("the JSON is nested too deeply")
    return value


def loads_or_none(body: bytes) -> Any:
    """As `loads`, with None for what is not JSON."""
    try:
        return loads(body)
    except ValueError:
        return None


def _refuse_constant(name: str) -> float:
    """Refuse what Python reads and writes and JSON does not have: NaN, Infinity, -Infinity."""
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    """Read a number; Python reads one beyond the largest float as infinity."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _by_json(body: bytes) -> Any:
    # Looking for blanks around the JSON and for a BOM takes as long as reading an event. If there
    # are any, or if it is no JSON, it is read again.
    try:
        text = body.decode("utf-8")
        value, end = _DECODER.raw_decode(text)
        if end == len(text):
            return value
    except (ValueError, RecursionError):
        pass
    text = ""  # that of a large body is not held twice
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error


_DECODERS: dict[str, Callable[[bytes], Any]] = {"json": _by_json}
_REFUSED: tuple[type[Exception], ...] = ()
_REFUSED_VALUE = object()
with suppress(ImportError):
    import msgspec

    _DECODERS["msgspec"] = msgspec.json.Decoder().decode
    _REFUSED = (msgspec.DecodeError, ValueError, RecursionError)
_decode = next(reversed(_DECODERS.values()))


def decoder_name() -> str:
    """The decoder in use."""
    return next(name for name, decode in _DECODERS.items() if decode is _decode)


def _is_flat(body: bytes, brackets: bytes) -> bool:
    """Whether valid JSON has few levels, seen from its brackets and quotes; False says nothing.

    Looking at every value would take as long as reading them.
    """
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
        brackets = body.translate(None, _NOT_STRUCTURE)
    quotes, pairs = brackets, 2 * brackets.count(b'""')
    brackets = quotes.translate(None, b'"')
    if len(brackets) + pairs != len(quotes):  # strings that have brackets
        brackets = re.sub(_STRING, b"", quotes.replace(b'""', b""))
    for _ in range(_PASSES):
        if not brackets:
            break
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return not brackets


def _is_too_deep(body: bytes, value: object) -> bool:
    """Whether there are more levels than `DEEPEST`, looked at one by one."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    level = [value]
    for _ in range(DEEPEST):
        inner = [node for node in level if isinstance(node, (dict, list)) and node]
        if not inner:
            return False
        level = [
            child for node in inner for child in (node.values() if isinstance(node, dict) else node)
        ]
    return True
