"""The most frequent failures of a session, in a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from contract_tests.spec import document as spec

SHOWN = 3
EXPECTED = re.compile(r"expected \d+, got \d+")
# Parts that differ between failures of one cause: ids, numbers, and texts in quotes.
VARYING = re.compile(r"\b[a-z]+[_-][0-9a-f]{8,}\b|\d+|'[^']*'|\"[^\"]*\"", re.IGNORECASE)


@dataclass
class Cause:
    """Failures that say the same, but for the operation and for ids and numbers."""

    sentence: str  # of the first, without its operation
    operations: dict[str, None] = field(default_factory=dict)
    tests: dict[str, None] = field(default_factory=dict)

    def __str__(self) -> str:
        names = list(self.operations)
        more = f" and {len(names) - 2} more operations" if len(names) > 2 else ""
        about = f"{', '.join(names[:2])}{more}: " if names else ""
        first = next(iter(self.tests))
        count = f"{len(self.tests)} tests, the first: " if len(self.tests) > 1 else ""
        return f"{about}{self.sentence} ({count}{first})"


class Causes:
    """The failures of a run, by their cause. A pytest plugin."""

    def __init__(self) -> None:
        self._causes: dict[str, Cause] = {}
        self.total = 0

    def add(self, test: str, sentence: str) -> None:
        """A test that failed, or was skipped because of such a failure, with what it said."""
        self.total += 1
        operation_id, rest = _split(sentence)
        if statuses := EXPECTED.match(rest):  # the body that came is another each time
            key = rest = statuses[0]
        else:
            key = VARYING.sub("…", rest)
        cause = self._causes.setdefault(key, Cause(rest))
        if operation_id:
            cause.operations[operation_id] = None
        cause.tests[test] = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Before every failure at full length."""
        if lines := list(self.lines()):
            terminalreporter.write_sep("=", "what is wrong")
            count = (
                f"Most of the {self.total} failures have" if self.total > 1 else "One failure has"
            )
            terminalreporter.write_line(f"{count} {'these causes' if lines[1:] else 'this cause'}:")
            for line in lines:
                terminalreporter.write_line(line)
        yield

    def lines(self) -> Iterator[str]:
        """The causes of most failures first; of equal ones, that which came first."""
        every = sorted(self._causes.values(), key=lambda cause: -len(cause.tests))
        for number, cause in enumerate(every[:SHOWN], 1):
            yield f"{number}. {cause}"
        if len(every) > SHOWN:
            yield f"   … and {len(every) - SHOWN} other causes."


def _split(sentence: str) -> tuple[str, str]:
    """The operation that a sentence begins with, and the rest."""
    head, colon, rest = sentence.partition(": ")
    known = colon and head in spec.operations()
    return (head, rest) if known else ("", sentence)
