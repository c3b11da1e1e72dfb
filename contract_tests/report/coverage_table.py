"""The table of operations and their coverage, and its empty cells that nothing excuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contract_tests.checks.coverage import BAD_ENDS, RUNS, Coverage
from contract_tests.spec import document as spec
from contract_tests.spec import known_facts
from contract_tests.target.target import Kind

SUCCESS, STREAM, LINKS, IN_BAND = "2xx", "stream", "links", "in band"
NOT_DOCUMENTED = "–"
IN_WORDS = {SUCCESS: "never succeeded", STREAM: "never answered with a stream"}
IN_BAND_MEANS = (
    "errors under status 200; those of hand-written tests also count in their status's column"
)


BY_EXAMPLE = "the mock has no handler for the operation and answers with an example"
UNKNOWN = "whether a server but our mock answers so is not known (`unknown` in openapi.yaml)"


@dataclass(frozen=True)
class Excused:
    """A column that may stay empty on some targets, and why."""

    column: str
    kinds: tuple[Kind, ...]
    reason: str


EXCUSED = (
    Excused(
        "429",
        ("server", "live"),
        "the server decides on too many requests; only the mock can be scripted to do so",
    ),
    Excused(
        "500",
        ("server", "live"),
        "nothing from outside makes a server fail that keeps its promises",
    ),
    *(
        Excused(
            end,
            ("server", "live"),
            "no request makes a run end like this; only the mock can be scripted to do so",
        )
        for end in BAD_ENDS
    ),
)


@dataclass(frozen=True)
class Cell:
    """The covered part of the documented responses: 0 of 0 if there are none."""

    reached: int
    documented: int
    times: int
    excuse: Excused | None
    missing: str = ""  # what was not reached, in words

    @property
    def is_empty(self) -> bool:
        """Whether something documented was not reached, and nothing excuses it."""
        return self.reached < self.documented and self.excuse is None

    def __str__(self) -> str:
        if not self.documented:
            return NOT_DOCUMENTED
        if self.reached < self.documented:
            share = f"{self.reached}/{self.documented}" if self.documented > 1 else "0"
            return f"({share})" if self.excuse else f"!{share}"
        return f"{self.reached}/{self.documented}" if self.documented > 1 else str(self.times)


class CoverageTable:
    """The whole table for one kind of target."""

    def __init__(self, coverage: Coverage, kind: Kind) -> None:
        self._reach = coverage
        self._kind = kind
        errors = {
            status
            for operation in spec.operations().values()
            for status in operation["responses"]
            if not status.startswith("2")
        }
        self.columns = [SUCCESS, *sorted(errors), IN_BAND, STREAM, *BAD_ENDS, LINKS]
        self.rows = {
            operation_id: {column: self._cell(operation_id, column) for column in self.columns}
            for operation_id in spec.operations()
        }

    def empty(self) -> list[str]:
        """The cells that should be filled and are not, in words."""
        return [
            f"{operation_id} {cell.missing}"
            for operation_id, cells in self.rows.items()
            for cell in cells.values()
            if cell.is_empty
        ]

    def excuses(self) -> dict[str, str]:
        """The reasons that were needed, by column."""
        return {
            cell.excuse.column: cell.excuse.reason
            for cells in self.rows.values()
            for cell in cells.values()
            if cell.excuse and cell.reached < cell.documented
        }

    def lines(self) -> Iterator[str]:
        """The table as text."""
        table = [["", *self.columns]]
        table += [[name, *map(str, cells.values())] for name, cells in self.rows.items()]
        widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
        for name, *cells in table:
            right = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
            yield "  ".join([name.ljust(widths[0]), *right]).rstrip()
        yield f"{NOT_DOCUMENTED} not documented, ! empty, ( ) may be empty on this target:"
        yield f"  {IN_BAND}: {IN_BAND_MEANS}"
        for column, reason in self.excuses().items():
            yield f"  {column}: {reason}"

    def _cell(self, operation_id: str, column: str) -> Cell:
        if column == IN_BAND:
            return Cell(1, 1, self._reach.in_band[operation_id], None)  # none need be
        if column == LINKS:
            names = [name for source, name, _ in spec.links() if source == operation_id]
            times = [self._reach.links[operation_id, name] for name in names]
            lacking = [name for name, count in zip(names, times, strict=True) if not count]
            missing = f"gave nothing that its link {' or '.join(lacking)} could use with success"
        elif column in BAD_ENDS:
            # Both forms of a run, the JSON object and the stream.
            runs = [one for one in spec.successes() if operation_id == one.operation_id == RUNS]
            times = [self._reach.ends[answer, column] for answer in runs]
            forms = [_form(run) for run, count in zip(runs, times, strict=True) if not count]
            missing = f"never ended a run as {column} {' or '.join(forms)}"
        else:
            answers = [one for one in spec.answers(operation_id) if _column(one) == column]
            times = [self._reach.times(answer) for answer in answers]
            missing = IN_WORDS.get(column, f"was never refused with {column}")
        excuse = next(
            (one for one in EXCUSED if one.column == column and self._kind in one.kinds), None
        )
        if self._kind != "mock" and known_facts.is_unknown(f"{operation_id} {column}"):
            excuse = Excused(column, (self._kind,), UNKNOWN)
        if operation_id in self._reach.by_example:
            excuse = Excused(column, (self._kind,), BY_EXAMPLE)
        return Cell(sum(map(bool, times)), len(times), sum(times), excuse, missing)


def _form(answer: spec.DocumentedResponse) -> str:
    return "in a stream" if answer.media_type == "text/event-stream" else "in a JSON answer"


def _column(answer: spec.DocumentedResponse) -> str:
    if answer.media_type == "text/event-stream":
        return STREAM
    return SUCCESS if answer.status.startswith("2") else answer.status
