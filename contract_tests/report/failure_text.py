"""The text of a failed test: the test's promise, its own lines, and the fault, in this order."""

from __future__ import annotations

import inspect
import linecache
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parents[1]
SUITE = HERE / "suite"
# Modules that the tests call to send and to validate.
SENDING = ("client.py", "connection.py", "exchange.py", "gateway.py", "validation.py")
LONGEST_SENTENCE = 200  # characters of what the first lines of a failed run show
LONGEST_TEXT = 4000  # characters of one exception


class FailureText(NamedTuple):
    """A failure at full length, and in one sentence."""

    sentence: str
    text: str


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions in a group of any depth, or the one that is no group."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from leaves(one)
    else:
        yield error


def described(
    item: pytest.Item, error: BaseException, request_of: Callable[[BaseException], str]
) -> FailureText:
    """The failures of a test, each with the request that shows it.

    Frames of other packages are not shown.
    """
    found = list(leaves(error))
    blocks = [_promise(item)]
    for one in found:
        blocks += ["\n".join(_suite_frames(one)), _prefixed(_message(one)), request_of(one)]
    said = sentence(found[0])
    if said.startswith("assert "):  # the exception class means little without its request
        said = f"{blocks[0].rstrip('.')}: {said}"
    return FailureText(said, "\n".join(filter(None, blocks)))


def sentence(error: BaseException) -> str:
    """The first line of the message."""
    [first, *_] = _message(error).strip().splitlines() or [""]
    return first if len(first) <= LONGEST_SENTENCE else f"{first[:LONGEST_SENTENCE]}…"


def _promise(item: pytest.Item) -> str:
    """The first line of the test's docstring."""
    document = inspect.getdoc(getattr(item, "test_function", None) or getattr(item, "obj", None))
    return (document or "").partition("\n")[0]


def _message(error: BaseException) -> str:
    text = str(error)
    if not isinstance(error, AssertionError):
        name = type(error).__name__
        text = f"{name}: {text}" if text else name
    elif not text:
        text = f"assert {_last_line(error)}" if error.__traceback__ else "an assertion failed"
    if len(text) > LONGEST_TEXT:
        return f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"
    return text


def _last_line(error: BaseException) -> str:
    return traceback.extract_tb(error.__traceback__)[-1].line or ""


def _suite_frames(error: BaseException) -> Iterator[str]:
    """The lines of the tests that led there; without one, the last line of the set-up."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if HERE in Path(frame.filename).parents and Path(frame.filename).name not in SENDING
    ]
    in_tests = [frame for frame in frames if SUITE in Path(frame.filename).parents]
    for frame in in_tests or frames[-1:]:
        path = Path(frame.filename).relative_to(HERE.parent)
        yield f"{path}:{frame.lineno}: in {frame.name}"
        if line := linecache.getline(frame.filename, frame.lineno or 0).strip():
            yield f"    {line}"


def _prefixed(text: str) -> str:
    return "\n".join(f"E   {line}".rstrip() for line in text.splitlines())
