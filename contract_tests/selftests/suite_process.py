"""Sessions of the suite against a mock in place of the live service."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from appbuilder_mock.runs.model import Move, Situation, default_plan
from appbuilder_mock.server.running import Running

from contract_tests.__main__ import prepared
from contract_tests.target.journal import FOLDER

# Modules that were imported before the process began get no explanations of assertions.
OPTIONS = ("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
PATIENCE = 1200  # seconds for one run on a slow machine
ROOT = Path(__file__).parents[2]
TOKEN = "bce-v3/ALTAK-live/0123456789"
NOTHING: dict[str, list[Any]] = {"assistants": [], "threads": [], "files": []}
# Some of the hand-written tests, so that nothing needs to be generated.
THREAD = "contract_tests/suite/test_objects.py::test_thread"
STREAM = "contract_tests/suite/test_streams.py::test_last_event_is_the_run"
RUN = "contract_tests/suite/test_lifecycle.py::test_run_is_found_again"


class SuiteProcess:
    """A run of the suite, forked from a process that has imported what it needs."""

    def __init__(self, folder: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._output = folder.parent / f"{folder.name}.{uuid4().hex}.stdout.txt"
        self._errors = self._output.with_suffix(".stderr.txt")
        given = ([*OPTIONS, *arguments], dict(environ), self._output, self._errors)
        self._process = _forkserver().Process(target=_run, args=given)
        self._process.start()

    def __enter__(self) -> SuiteProcess:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def send_signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Wait for its end; return its output."""
        self._process.join(timeout)
        assert self._process.exitcode is not None, f"not over after {timeout} seconds"
        return self._output.read_text("utf-8"), self._errors.read_text("utf-8")


def _forkserver() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["contract_tests.selftests.preloaded"])
    before = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = "0"  # as `make contract` sets it
    forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONHASHSEED"]
    else:
        os.environ["PYTHONHASHSEED"] = before
    return context


def _run(arguments: list[str], environ: dict[str, str], output: Path, errors: Path) -> None:
    """The work of `python -m contract_tests`, in the new process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    with output.open("w", encoding="utf-8") as out, errors.open("w", encoding="utf-8") as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        chosen, environment = prepared(arguments)
        os.environ.update(environment)
        sys.exit(pytest.main(chosen))


def done(
    service: Running, reports: Path, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the suite to its end."""
    return completed(reports, arguments, environment(service, **more))


def completed(
    reports: Path, arguments: Sequence[str], environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    command = [f"--reports={reports}", *arguments]
    with SuiteProcess(reports, command, environ) as process:
        output, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode is not None
        return subprocess.CompletedProcess(command, process.returncode, output, errors)


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
    """A model that is slow at the run of RUN, the one with instructions."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.end = threading.Event()

    def plan(self, situation: Situation) -> Move:
        if situation.instructions:
            self.begun.set()
            self.end.wait(60)
        return default_plan(situation)


def begun(service: Running, reports: Path, *tests: str, **more: str) -> SuiteProcess:
    return SuiteProcess(reports, [f"--reports={reports}", *tests], environment(service, **more))


def environment(service: Running, **more: str) -> dict[str, str]:
    settings = {"CONTRACT_TARGET": "live", "CONTRACT_RATE": "1000", "APPBUILDER_TOKEN": TOKEN}
    return {**_without_settings(), **settings, "GATEWAY_URL": service.url, **more}


def _without_settings() -> dict[str, str]:
    """The environment without what would change a run or, as CI does for pytest, its output."""
    others = {name: "" for name in os.environ if name.startswith(("CONTRACT_", "MAKE", "MFLAGS"))}
    of_pytest = {"CI": "", "BUILD_NUMBER": "", "PYTEST_ADDOPTS": "", "COLUMNS": "80"}
    return {**os.environ, **others, **of_pytest}


def environ_of(url: str) -> dict[str, str]:
    """For a server at this address, which takes TOKEN."""
    settings = {"CONTRACT_TARGET": url, "CONTRACT_TOKEN": TOKEN}
    return {**_without_settings(), **settings}


def plan(text: str) -> dict[str, int]:
    """The figures at the end of a run."""
    patterns = {name: rf"(?m)^{name} +(\d+)" for name in ("requests", "runs")}
    patterns |= {kind: rf"(\d+) {kind}" for kind in NOTHING}
    return {name: int(re.findall(pattern, text)[0]) for name, pattern in patterns.items()}


def holds(service: Running) -> dict[str, Any]:
    """The objects that remain on the service."""
    state = service.state()
    return {name: state[name] for name in NOTHING}


def journals(url: str) -> list[Path]:
    return list(FOLDER.glob(f"*-{urlsplit(url).port}.*"))
