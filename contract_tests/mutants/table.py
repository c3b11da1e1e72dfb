"""The table of mutants and the checks that caught them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from .catalogue import MUTANTS
from .run import Verdict


def write(verdicts: Sequence[Verdict], folder: Path, *, seconds: float) -> int:
    """Print it and write mutants.md and mutants.json; return 0 if every mutant is caught."""
    [unchanged] = [one for one in verdicts if not one.name]
    order = {name: index for index, name in enumerate(MUTANTS)}
    run_mutant = sorted((one for one in verdicts if one.name), key=lambda one: order[one.name])
    missed = [one for one in run_mutant if not one.is_caught]
    summary = [
        f"{len(run_mutant) - len(missed)} of {len(run_mutant)} mutants caught, in {seconds:.0f} s.",
        _of_the_server(unchanged),
        *(f"NOT CAUGHT: {one.name}: {_outcome_in_words(one)}" for one in missed),
    ]
    text = "\n".join(["# Mutants", "", *summary, "", *_rows(run_mutant), ""])
    (folder / "mutants.md").write_text(text, "utf-8")
    entries = [
        {**asdict(one), "promise": _promise(one), "caught": one.is_caught} for one in run_mutant
    ]
    report = {"unchanged": asdict(unchanged), "mutants": entries, "seconds": round(seconds, 1)}
    dumped = json.dumps(report, ensure_ascii=False, indent=2)
    (folder / "mutants.json").write_text(dumped + "\n", "utf-8")
    print(text)
    return 1 if missed or unchanged.failed or unchanged.trouble else 0


def _of_the_server(verdict: Verdict) -> str:
    if verdict.trouble:
        return f"THE SERVER AS IT IS WAS NOT JUDGED: {verdict.trouble}"
    if verdict.failed is None:
        return f"The server as it is passed: {verdict.passed} tests."
    return f"THE SERVER AS IT IS FAILED: {verdict.failed.test}: {verdict.failed.text}"


def _outcome_in_words(verdict: Verdict) -> str:
    failed = verdict.failed
    if verdict.trouble or failed is None:
        return verdict.trouble or "every test passed"
    if not failed.checks:
        return f"{failed.test} broke down: {failed.text}"
    expected = MUTANTS[verdict.name].caught_by
    return f"expected {expected} to notice, it was {failed.test}: {failed.text}"


def _rows(verdicts: Iterable[Verdict]) -> Iterable[str]:
    yield "| kind | mutant | broken promise | caught by | in | which said |"
    yield "|---|---|---|---|---|---|"
    for one in verdicts:
        failed = one.failed
        cells = (
            MUTANTS[one.name].kind,
            one.name,
            _promise(one),
            ", ".join(failed.checks) if failed else "",
            failed.test if failed else "",
            failed.text if failed else "",
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _promise(verdict: Verdict) -> str:
    return MUTANTS[verdict.name].promise
