"""Facts that openapi.yaml marks `unknown`: tests accept each reading, and report which one it is.

A test or check that meets such a fact calls `observed.note`, and fails only for what fits no
reading. A fact that is known is noted as well where people ask for it.
"""

from __future__ import annotations

from collections import Counter

import pytest

# Each question, as the report asks it. Those that the mock can be set to have the names of its
# readings.
QUESTIONS = {
    "arguments": "the arguments of a call (recorded: JSON without blanks)",
    "create_at": "the unit of a file's `create_at` (known: seconds)",
    "after": "`after` and `before` bound the page by its order, or by creation",
    "assistant-needs": "what the request for a new assistant must say",
    "empty-fields": "what an update does with empty lists, and texts other than instructions",
    "empty-thread-metadata": "what an update with {} does to a thread's metadata",
    "file-names": "what is kept of a file's name",
    "listed-purpose": "the `purpose` of a file in lists and look-ups",
    "media-type": "what becomes of a body that is not sent as application/json",
    "no-body": "what becomes of a request without a body",
    "message-metadata": "whether messages show their metadata",
    "started-at-after-submit": "whether a run starts anew by submitted outputs",
    "unknown-file": "what answers a file id that names nothing",
    "user-messages": "what a user's message says of an assistant",
    "limits": "what a request may have beyond a limit that nobody knows",
}

MODEL = "DeepSeek-V3.1"  # the newest name that is known to have been in service
# What the target turned out to need for a new assistant, beside the name that all tests give it.
needed: dict[str, str] = {}


class Observations:
    """How often a target was seen to keep each reading."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()

    def note(self, question: str, reading: str) -> None:
        assert question in QUESTIONS, question
        self._seen[question, reading] += 1

    def lines(self) -> list[str]:
        """`after: in-listing: seen 12 times`, in the order of QUESTIONS."""
        return [
            f"{question}: {reading}: seen {count} times"
            for question in QUESTIONS
            for (one, reading), count in sorted(self._seen.items())
            if one == question
        ]

    def profile(self) -> str:
        """The readings that the target keeps, in one line; empty when none was met."""
        kept = {
            question: sorted(reading for one, reading in self._seen if one == question)
            for question in QUESTIONS
        }
        return ", ".join(f"{one}={' or '.join(words)}" for one, words in kept.items() if words)


class ObservationsReport:
    """A pytest plugin: shows at the end what was observed."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if lines := observations.lines():
            terminalreporter.write_sep("=", "observed of what is unknown")
            for line in lines:
                terminalreporter.write_line(line)


observations = Observations()
