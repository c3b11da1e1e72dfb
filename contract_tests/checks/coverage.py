"""Coverage: the documented responses and bad ends of runs that were seen, by phase."""

from __future__ import annotations

from collections import Counter

from schemathesis import Response

from contract_tests.spec import run_events as sse
from contract_tests.spec.answers import is_example, is_in_band, is_stream, media_type_of
from contract_tests.spec.document import DocumentedResponse, answers_bytes

RUNS = "createRun"  # shows how a run ended, as JSON and as a stream
BAD_ENDS = ("failed", "expired")


class Coverage:
    """Counts responses as they come.

    An error under status 200 is counted by itself: it does not say which status it stands for.
    """

    def __init__(self) -> None:
        self.answers: Counter[tuple[DocumentedResponse, str]] = Counter()
        self.in_band: Counter[str] = Counter()  # errors under status 200, by operation
        self.by_example: set[str] = set()  # operations that the mock answers with an example
        self.links: Counter[tuple[str, str]] = Counter()
        self.ends: Counter[tuple[DocumentedResponse, str]] = Counter()

    def count(self, operation_id: str, phase: str, response: Response) -> None:
        if is_in_band(response):
            self.in_band[operation_id] += 1
            return
        if is_example(response):
            self.by_example.add(operation_id)
        is_bytes = response.status_code < 300 and answers_bytes(operation_id)
        media_type = "*/*" if is_bytes else media_type_of(response)
        answer = DocumentedResponse(operation_id, str(response.status_code), media_type)
        self.answers[answer, phase] += 1
        if operation_id == RUNS and (end := _end_of(response)) in BAD_ENDS:
            self.ends[answer, end] += 1

    def counts_as(self, operation_id: str, status: int) -> None:
        """Count an error under status 200 as the documented one of this status."""
        self.answers[
            DocumentedResponse(operation_id, str(status), "application/json"), "in band"
        ] += 1

    def link_followed(self, operation_id: str, link: str) -> None:
        """Count a request along this link that succeeded."""
        self.links[operation_id, link] += 1

    def times(self, answer: DocumentedResponse) -> int:
        """The number of these responses."""
        return sum(count for (one, _), count in self.answers.items() if one == answer)

    def by(self, *phases: str) -> set[DocumentedResponse]:
        """The responses to requests of these phases."""
        return {answer for answer, phase in self.answers if phase in phases}


def _end_of(response: Response) -> str:
    """The status of a run where its answer ends; empty where that cannot be read."""
    try:
        if is_stream(response):
            *_, last = sse.events([response.content])
            return str(last.payload["status"])
        return str(response.json()["status"])
    except (ValueError, LookupError, TypeError):
        return ""  # the checks on the answer say what is wrong
