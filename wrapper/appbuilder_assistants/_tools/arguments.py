"""Arguments that a model writes: parsing their JSON, and describing the values that do not fit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

MAX_SHOWN = 80  # characters of a value in a message


class BadArguments(ValueError):
    """Arguments that do not fit; one line for each problem, each with its path."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def parse_arguments(arguments: str) -> Any:
    """Parse the JSON of a call; a model without arguments may give no text at all.

    Raises BadArguments, also for half a surrogate pair, which no request can carry.
    """
    given: object = arguments
    if not isinstance(given, str):
        raise BadArguments(["the arguments are not JSON, but no text at all"])
    try:
        value = json.loads(
            arguments or "{}", parse_constant=_refuse_constant, parse_float=_finite_float
        )
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        around = replace_halves(error.object[max(error.start - 20, 0) : error.end])
        raise BadArguments(
            [problem("", f"expected no halves of characters, got {around}")]
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadArguments([f"the arguments are not JSON: {error}"]) from error
    return value


def refused(path: str, expected: str, value: object) -> BadArguments:
    """The error for a value of the wrong type."""
    return BadArguments([problem(path, f"expected {expected}, got {shown(value)}")])


def problem(path: str, text: str) -> str:
    """One problem, with the path of what it is about."""
    return f"{path or 'the arguments'}: {text}"


def joined(path: str, name: str) -> str:
    """The path of a property."""
    plain = name if name.isidentifier() else json.dumps(name, ensure_ascii=False)
    return f"{path}.{plain}" if path else plain


def shown(value: object) -> str:
    """A JSON value in a few characters."""
    text = json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def replace_halves(text: str) -> str:
    """The text as UTF-8 can hold it: surrogate pairs joined, single surrogates replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number there")


def _finite_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number
