"""Arguments as a model writes them: JSON that is parsed, and the problems of what does not fit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

MAX_SHOWN = 80  # characters of a value in a message
HALF = "expected a string without halves of characters"


class BadArguments(ValueError):
    """Arguments that do not fit; one line for each problem, each with its path."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def parse_arguments(arguments: str) -> Any:
    """Parse the JSON of a call; a model without arguments may give no text at all.

    Raises BadArguments, also for half a surrogate pair in a key or a text: no request can carry it.
    """
    given: object = arguments
    if not isinstance(given, str):
        raise BadArguments(["the arguments are not JSON, but no text at all"])
    try:
        value = json.loads(
            arguments or "{}", parse_constant=_refuse_constant, parse_float=_finite_float
        )
    except (ValueError, RecursionError) as error:
        raise BadArguments([f"the arguments are not JSON: {error}"]) from error
    waiting: list[tuple[str, object]] = [("", value)]
    problems = []
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, str) and replace_halves(one) != one:
            problems.append(problem(path, f"{HALF}, got {shown(one)}"))
        elif isinstance(one, list):
            waiting += [(f"{path}[{index}]", item) for index, item in enumerate(one)]
        elif isinstance(one, dict):
            for key, item in one.items():
                at = joined(path, replace_halves(key))
                if replace_halves(key) != key:
                    problems.append(f"{at}: {HALF} in its name")
                waiting.append((at, item))
    if problems:
        raise BadArguments(problems)
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
