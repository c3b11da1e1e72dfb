"""Facts that openapi.yaml marks `unknown`: tests accept each reading, and report which one it is.

A test or check that meets such a fact calls `Observations.note`, and fails only for what fits no
reading. A fact that is known is noted as well where people ask for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict

# Each question, as the report asks it. Those that the mock can be set to have the names of its
# readings.
QUESTIONS = {
    "arguments": "the arguments of a call (recorded: JSON without blanks)",
    "bound": "what answers an `after` or `before` that names nothing",
    "create_at": "the unit of a file's `create_at` (known: seconds)",
    "after": "`after` and `before` bound the page by its order, or by creation",
    "assistant-needs": "what the request for a new assistant must say",
    "deleted": "what answers the id of something deleted, and whether lists still show it",
    "empty-fields": "what an update does with empty lists, and texts other than instructions",
    "empty-thread-metadata": "what an update with {} does to a thread's metadata",
    "file-names": "what is kept of a file's name",
    "listed-purpose": "the `purpose` of a file in lists and look-ups",
    "mounts": "mounting again, and mounts of files that are not there",
    "media-type": "what becomes of a body that is not sent as application/json",
    "no-body": "what becomes of a request without a body",
    "message-metadata": "whether messages show their metadata",
    "run-state": "what answers a call that does not fit the state of a run",
    "started-at-after-submit": "whether submitted outputs set a new start time of a run",
    "unknown-file": "what answers a file id that names nothing",
    "user-messages": "what a user's message says of an assistant",
    "first-messages": "the order of the messages that a new thread is given",
    "left-out": "what an update does with a field that is left out or null",
    "limits": "whether a request may exceed an unknown limit",
}

MODEL = "DeepSeek-V3.1"  # the newest name that is known to have been in service


class Observations:
    """How often a target was seen to keep each reading."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()
        self._places: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)

    def note(self, question: str, reading: str, at: str = "") -> None:
        """Count one answer; `at` is its operation, where several have the question."""
        assert question in QUESTIONS, question
        self._seen[question, reading] += 1
        if at:
            self._places[question, reading][at] = None

    def lines(self) -> list[str]:
        """`after: in-listing: seen 12 times`, in the order of QUESTIONS."""
        return [
            f"{question}: {reading}: seen {count} times{self._at(question, reading)}"
            for question in QUESTIONS
            for (one, reading), count in sorted(self._seen.items())
            if one == question
        ]

    def _at(self, question: str, reading: str) -> str:
        names = ", ".join(self._places[question, reading])
        return f" ({names})" if names else ""

    def profile(self) -> str:
        """The readings that the target keeps, in one line; empty when none was met."""
        kept = {
            question: sorted(reading for one, reading in self._seen if one == question)
            for question in QUESTIONS
        }
        return ", ".join(f"{one}={' or '.join(words)}" for one, words in kept.items() if words)
