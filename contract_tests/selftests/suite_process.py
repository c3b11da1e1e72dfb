"""Runs of the suite against a mock in the place of the live service."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from appbuilder_mock.handle import Running
from appbuilder_mock.plan import Move, Situation, default_plan

from contract_tests.journal import FOLDER

ROOT = Path(__file__).parents[2]
TOKEN = "bce-v3/ALTAK-live/0123456789"
NOTHING: dict[str, list[Any]] = {"assistants": [], "threads": [], "files": []}
# Some of what is done by hand, so that nothing needs to be generated.
THREAD = "contract_tests/suite/test_objects.py::test_thread"
STREAM = "contract_tests/suite/test_streams.py::test_last_event_is_the_run"
RUN = "contract_tests/suite/test_lifecycle.py::test_run_is_found_again"


def done(
    service: Running, reports: Path, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contract_tests", f"--reports={reports}", *arguments],
        env=environment(service, **more),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def make(
    service: Running, reports: Path, *variables: str, **more: str
) -> subprocess.CompletedProcess[str]:
    command = ["make", "contract", *variables, f"PYTHON={sys.executable}"]
    return subprocess.run(
        [*command, f"PYTEST=--reports={reports} {RUN}"],
        env=environment(service, **{"CONTRACT_TARGET": "", **more}),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


class Thinking:
    """A model that takes its time over the run of RUN, whose assistant has instructions."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.end = threading.Event()

    def plan(self, situation: Situation) -> Move:
        if situation.instructions:
            self.begun.set()
            self.end.wait(60)
        return default_plan(situation)


def begun(service: Running, reports: Path, *tests: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "contract_tests", f"--reports={reports}", *tests],
        env=environment(service, **more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def environment(service: Running, **more: str) -> dict[str, str]:
    told = {"CONTRACT_TARGET": "live", "CONTRACT_RATE": "1000", "APPBUILDER_TOKEN": TOKEN}
    others = {name: "" for name in os.environ if name.startswith(("CONTRACT_", "MAKE", "MFLAGS"))}
    return {**os.environ, **others, **told, "GATEWAY_URL": service.url, **more}


def plan(text: str) -> dict[str, int]:
    """The figures at the end of a run."""
    patterns = {name: rf"(?m)^{name} +(\d+)" for name in ("requests", "runs")}
    patterns |= {kind: rf"(\d+) {kind}" for kind in NOTHING}
    return {name: int(re.findall(pattern, text)[0]) for name, pattern in patterns.items()}


def holds(service: Running) -> dict[str, Any]:
    """What is left on the service."""
    state = service.state()
    return {name: state[name] for name in NOTHING}


def journals(url: str) -> list[Path]:
    return list(FOLDER.glob(f"*-{urlsplit(url).port}.*"))
