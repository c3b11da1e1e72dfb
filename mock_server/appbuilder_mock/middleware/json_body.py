"""The JSON of a request body: what is accepted, and the bounds that keep its cost small.

Reading a body is one step that holds the event loop, so its cost is bounded before it begins. A
text costs a copy of its bytes. A byte is multiplied by the parts around texts (an empty list has
three bytes in a body and 64 in memory), and by long numbers, as their conversion takes the square
of their digits.
"""

from __future__ import annotations

import json
import math
from typing import Any

from appbuilder_mock.errors import invalid

MAX_BODY = 32 * 1024 * 1024  # bytes
MAX_PARTS = 50_000  # values in a body, at any depth; at most 250 bytes each in memory, or 13 MB
MAX_DIGITS = 400  # of one number; a float has 309 at most before its point
MAX_NESTING = 100  # levels of objects and lists in a body


def parse(raw: bytes) -> Any:
    """The value of a body: UTF-8, no NaN, nothing that a float or a text cannot hold.

    Raises MockApiError, 400.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid(f"the body is not UTF-8: byte {error.start} cannot be read") from None
    if _has_more_parts(raw, MAX_PARTS):
        raise invalid(f"the body holds more than {MAX_PARTS} values")
    try:
        value = DECODER.decode(text)
        if "\\u" in text:  # a lone surrogate can be written in JSON, but in no UTF-8 answer
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise invalid("the body holds half of a surrogate pair (\\ud800 to \\udfff)") from None
    except RecursionError:
        raise invalid(f"the body is nested deeper than {MAX_NESTING} levels") from None
    except ValueError as error:
        raise invalid(f"the body is not JSON: {error}") from None
    if _nesting(value) > MAX_NESTING:
        raise invalid(f"the body is nested deeper than {MAX_NESTING} levels")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _int(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _float(digits: str) -> float:
    _check_length(digits)
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"the number {digits[:40]} is too large")
    return value


DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_float, parse_int=_int)


def _has_more_parts(raw: bytes, most: int) -> bool:
    """Whether a JSON text has more values than that, counted without making any.

    Each value but the first follows a comma or an opening bracket. These stand in texts as well, so
    texts are taken out where that makes a difference, in a few passes over the bytes.
    """
    if _separators(raw) <= most:
        return False
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if unescaped.count(b'"') > 4 * most:  # a value has two quotes, and two more of its key
        return True
    outside = b"".join(unescaped.split(b'"')[::2])
    return _separators(outside) > most


def _separators(raw: bytes) -> int:
    return raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def _check_length(digits: str) -> None:
    if len(digits) > MAX_DIGITS:
        raise ValueError(
            f"expected a number of at most {MAX_DIGITS} digits, got {len(digits)} digits"
        )


def _nesting(value: Any) -> int:
    """The number of levels of objects and lists; at most one more than the limit."""
    level, depth = [value], 0
    while depth <= MAX_NESTING:
        parts = [part for part in level if isinstance(part, (dict, list))]
        if not parts:
            break
        depth += 1
        level = [x for part in parts for x in (part.values() if isinstance(part, dict) else part)]
    return depth
