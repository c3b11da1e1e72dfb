"""`make witness`: settle unknown facts of openapi.yaml, with a token of the service.

    python -m contract_tests.witness [--to FOLDER]

APPBUILDER_TOKEN is the token, GATEWAY_URL the address if it is not the public gateway.
CONTRACT_DRY does everything on the mock instead, and writes no file.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from contract_tests.spec import document as spec
from contract_tests.target.cleanup import delete_all, report_remaining
from contract_tests.target.gateway import Gateway
from contract_tests.target.journal import Journal, journal_for
from contract_tests.target.target import (
    LIVE_SAFE,
    Profile,
    Target,
    UnusableTarget,
    chosen_profile,
    chosen_target,
    mock_target,
)

from .patch import patch
from .samples import Samples
from .script import RUNS, ask_all
from .session import CALLS, Session

FOLDER = Path("build", "witness")
INTERRUPTED = 130  # the exit status of a program that SIGINT has ended


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Ask, report and write; return the exit status.

    It is 1 if something was left on the service, 130 after an interruption: the report is partial.
    """
    parser = argparse.ArgumentParser("make witness", allow_abbrev=False)
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER")
    options = parser.parse_args(arguments)
    for name in ("NO_PROXY", "no_proxy"):  # the recorder is on this machine
        os.environ[name] = ",".join(["127.0.0.1", "localhost", os.environ.get(name, "")]).strip(",")
    try:
        target = chosen_target({**environ, "CONTRACT_TARGET": "live"})
        return _announced(target, _profile(target, environ), options.to)
    except UnusableTarget as error:
        sys.exit(f"make witness: {error}.")
    except KeyboardInterrupt:
        _say("make witness: interrupted; what is still there: make contract-clean TARGET=live")
        return INTERRUPTED


def _announced(target: Target, profile: Profile, folder: Path) -> int:
    """The session, after its cost."""
    where = f"the mock, in place of {target.url}" if target.dry_run else target.url
    _say(
        f"make witness: {where}: about 45 requests, at most {CALLS} and the deletions; at most "
        f"{profile.runs} runs, which a service charges for."
    )
    if target.dry_run:
        with mock_target() as mock, TemporaryDirectory() as unused:
            fast = replace(profile, per_second=None)
            return _run(replace(mock, kind="live", dry_run=True), fast, Path(unused))
    folder.mkdir(parents=True, exist_ok=True)
    return _run(target, profile, folder)


def _profile(target: Target, environ: Mapping[str, str]) -> Profile:
    """The load of a live session, with fewer runs. Raises UnusableTarget."""
    chosen = chosen_profile(target, environ)
    runs = min(RUNS, chosen.runs) if environ.get("CONTRACT_RUNS") and chosen.runs else RUNS
    return replace(LIVE_SAFE, per_second=chosen.per_second, patience=chosen.patience, runs=runs)


def _run(target: Target, profile: Profile, folder: Path) -> int:
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    remains: list[str] = []
    skipped: list[str] = []
    interrupted = False
    with _through_recorder(target, profile, folder / "session.yaml", remains) as gateway:
        session = Session(gateway)
        try:
            for reason in ask_all(session):
                skipped.append(reason)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            session.close()
    lines = ["partial: the session was interrupted"] if interrupted else []
    lines += [*session.findings.lines(), *session.observations.lines()]
    lines += [f"could not ask: {one}" for one in skipped]
    lines.append(f"{session.calls} requests, {gateway.runs.made.total()} runs")
    lines += remains
    report = "\n".join(lines).replace(target.token, "•••") + "\n"
    _say(report.rstrip())
    if target.dry_run:
        _say("a dry run: the mock answered, so nothing was settled and nothing was written")
        return INTERRUPTED if interrupted else 0
    (folder / "report.txt").write_text(report, "utf-8")
    written = patch(spec.PATH.read_text("utf-8"), session.findings.verdicts(), when)
    (folder / "evidence.patch").write_text(written, "utf-8")
    samples = folder / "wire_samples"
    samples.mkdir(exist_ok=True)
    for name, content in Samples(session.responses, token=target.token, when=when).files().items():
        (samples / name).write_text(content, "utf-8")
    _say(f"written: report.txt, evidence.patch, session.yaml and wire_samples/ in {folder}")
    return INTERRUPTED if interrupted else int(bool(remains))


@contextmanager
def _through_recorder(
    target: Target, profile: Profile, to: Path, remains: list[str]
) -> Iterator[Gateway]:
    """A gateway with a recorder before it; at the end everything that was made is deleted."""
    from appbuilder_mock.recording.server import recording

    journal: Journal = journal_for(target.url)
    with recording(to, target.url) as url:
        gateway = Gateway(replace(target, url=url), profile, journal)
        try:
            yield gateway
        finally:
            cleaner = Gateway(target, profile)
            try:
                remains += delete_all(cleaner, journal)
            except KeyboardInterrupt:
                remains += report_remaining(cleaner, journal, "deleting was interrupted")
            journal.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
