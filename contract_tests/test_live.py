"""`make contract TARGET=live` and the like, against a mock in the place of the service."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.handle import Running
from appbuilder_mock.plan import Move, Situation, default_plan
from appbuilder_mock.scenarios import ErrorBody, Fault, Match, Rule

from .journal import FOLDER
from .target import GENTLE

ROOT = Path(__file__).parent.parent
TOKEN = "bce-v3/ALTAK-live/0123456789"
NOTHING: dict[str, list[Any]] = {"assistants": [], "threads": [], "files": []}
# Some of what is done by hand, so that nothing needs to be generated.
THREAD = "contract_tests/test_objects.py::test_thread"
RUN = "contract_tests/test_lifecycle.py::test_run_is_found_again"


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Ctrl-C is heeded, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def service() -> Iterator[Running]:
    """It holds nothing, like the account of a new user."""
    with appbuilder_mock.running(token=TOKEN) as mock:
        yield mock


def test_whole_run(service: Running, tmp_path: Path) -> None:
    """What the dry run says is what the service gets; nothing is left, and no token is told."""
    planned = plan(done(service, tmp_path, CONTRACT_DRY="1").stdout)
    assert service.requests == []

    told = done(service, tmp_path)

    assert told.returncode == 0, told.stdout
    assert plan(told.stdout) == planned
    received = service.requests
    assert planned["requests"] == len(received)
    carried_out = [one for one in received if one.status == 200]
    runs = [one for one in carried_out if one.operation in ("createRun", "submitToolOutputs")]
    assert planned["runs"] == len(runs) <= (GENTLE.runs or 0)
    assert holds(service) == NOTHING
    assert journals(service) == []
    for text in (
        told.stdout,
        told.stderr,
        *(path.read_text("utf-8") for path in tmp_path.iterdir()),
    ):
        assert "ALTAK" not in text
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html",
        "junit.xml",
        "requests.har",
    }
    assert "createRun" in (tmp_path / "report.html").read_text("utf-8")
    entries = json.loads((tmp_path / "requests.har").read_text("utf-8"))["log"]["entries"]
    assert len(entries) == len(received)


def test_rate(service: Running, tmp_path: Path) -> None:
    """Requests come no faster than was said, those that make and delete things among them."""
    told = done(service, tmp_path, THREAD, CONTRACT_RATE="5")

    assert told.returncode == 0, told.stdout
    times = [entry.time for entry in service._state.received.every()]
    eleven = [last - first for first, last in zip(times, times[10:], strict=False)]
    assert len(eleven) > 30
    assert min(eleven) >= 10 * 200 - 500  # milliseconds; some time passes until they arrive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: signal.Signals, tmp_path: Path) -> None:
    """Everything that was made until then is deleted again."""
    thinking = Thinking()
    with appbuilder_mock.running(token=TOKEN, plan=thinking.plan) as service:
        with begun(service, tmp_path) as process:
            thinking.begun.wait(60)
            process.send_signal(number)
            thinking.end.set()
            told, _ = process.communicate(timeout=60)

        assert process.returncode == 2, told
        assert "nothing left there" in told
        service.assert_received("createRun", times=4)
        assert holds(service) == NOTHING
        assert journals(service) == []


def test_interrupted_with_fixtures(tmp_path: Path) -> None:
    """The mock is there as long as a fixture may tell it something."""
    chosen = ("-v", "contract_tests/test_errors.py", "-k", "by_the_server")
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "contract_tests", f"--reports={tmp_path}", *chosen],
        env={**os.environ, "CONTRACT_TARGET": "", "CONTRACT_DRY": ""},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "PASSED" in line)
        process.terminate()
        told, errors = process.communicate(timeout=60)

    assert process.returncode == 2, told + errors
    assert "KeyboardInterrupt" in told
    assert "Traceback" not in errors


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Running]:
    """A service on which a killed run has left things."""
    thinking = Thinking()
    with appbuilder_mock.running(token=TOKEN, plan=thinking.plan) as service:
        with begun(service, tmp_path) as process:
            thinking.begun.wait(60)
            process.kill()
            thinking.end.set()
            process.communicate(timeout=60)
        yield service


def test_killed(killed: Running, tmp_path: Path) -> None:
    """What a killed run left is deleted by `make contract-clean`."""
    service = killed
    assert holds(service) != NOTHING
    assert len(journals(service)) == 1

    told = done(service, tmp_path, "--clean")

    assert told.returncode == 0, told.stdout
    assert re.search(r"killed runs had left \d+ things there", told.stdout)
    assert holds(service) == NOTHING
    assert journals(service) == []


def test_failure(service: Running, tmp_path: Path) -> None:
    """It is told with the request, the seed and how to run it again, and nothing is left."""
    error = ErrorBody(code="down", message=f"echo of {TOKEN}")
    service.script(Rule(match=Match(operation="queryThread"), fault=Fault(status=500, error=error)))
    told = done(service, tmp_path, THREAD, CONTRACT_SEED="7")

    assert told.returncode == 1
    assert 'curl -X POST -H "Authorization: Bearer $TOKEN"' in told.stdout
    assert "echo of •••" in told.stdout
    assert "ALTAK" not in told.stdout + told.stderr
    assert f"make contract TARGET=live SEED=7 PYTEST={THREAD}" in told.stdout
    assert holds(service) == NOTHING


def test_no_more_runs_than_stated(service: Running, tmp_path: Path) -> None:
    """The request that would be one too many is not sent."""
    told = done(service, tmp_path, RUN, CONTRACT_RUNS="3")  # as many as the examples need

    assert told.returncode == 1
    assert "all 3 runs that were stated are made" in told.stdout
    assert len(service.assert_received("createRun")) == 3
    assert holds(service) == NOTHING


@pytest.mark.parametrize("target", ["live", "server"])
def test_without_a_token(service: Running, tmp_path: Path, target: str) -> None:
    """One clear sentence, a status that says it was not done, and no request."""
    target = service.url if target == "server" else target
    told = done(service, tmp_path, CONTRACT_TARGET=target, APPBUILDER_TOKEN="")

    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "nothing was sent" in told.stderr
    assert told.stdout == ""
    assert service.requests == []


@pytest.mark.parametrize("where", ["environment", "command-line"])
def test_live_takes_its_own_token_only(service: Running, tmp_path: Path, where: str) -> None:
    """What another program calls TOKEN is not sent to the service."""
    given = [f"TOKEN={TOKEN}"] if where == "command-line" else []
    more = {} if given else {"TOKEN": TOKEN}
    told = make(service, tmp_path, "TARGET=live", *given, APPBUILDER_TOKEN="", **more)

    assert told.returncode != 0
    assert "APPBUILDER_TOKEN is not set: nothing was sent" in told.stderr
    assert "ALTAK" not in told.stdout + told.stderr
    assert service.requests == []


def test_make_tells_no_token(service: Running, tmp_path: Path) -> None:
    """Any server can be attacked by its URL and token, which make does not print."""
    told = make(service, tmp_path, f"TARGET={service.url}", f"TOKEN={TOKEN}")

    assert told.returncode == 0, told.stdout + told.stderr
    assert f"contract: {service.url}" in told.stdout
    assert "ALTAK" not in told.stdout + told.stderr
    assert service.assert_received("createRun")
    assert holds(service) == NOTHING


def test_seed_repeats_the_requests(tmp_path: Path) -> None:
    """The same seed makes the same requests, walks too, and another one makes others."""
    walk = "contract_tests/test_workflows.py::test_walk[runs-end]"
    one = ("contract_tests/test_operations.py", "-k", "test_walk or /v2/threads]")
    first = requested(tmp_path / "1", walk, *one, seed="3")
    again = requested(tmp_path / "2", walk, *one, seed="3")
    other = requested(tmp_path / "3", *one, seed="4")

    assert len(first) > 300
    assert first == again
    assert len(other) > 50
    assert not set(other) <= set(first)


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


def begun(service: Running, reports: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "contract_tests", f"--reports={reports}", THREAD, RUN],
        env=environment(service),
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


def journals(service: Running) -> list[Path]:
    return list(FOLDER.glob(f"*-{service.port}.*"))


def requested(reports: Path, *arguments: str, seed: str) -> list[tuple[str, ...]]:
    """What was asked of the mock; the boundaries of multipart bodies are not from the seed."""
    command = [sys.executable, "-m", "contract_tests", f"--seed={seed}", f"--reports={reports}"]
    told = subprocess.run(
        [*command, *arguments],
        env={**os.environ, "CONTRACT_TARGET": "", "CONTRACT_DRY": ""},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    entries = json.loads((reports / "requests.har").read_text("utf-8"))["log"]["entries"]
    return [
        (
            entry["comment"],
            entry["request"]["method"],
            re.sub(r":\d+/", "/", entry["request"]["url"]),
            re.sub(
                r"(?m)^--[0-9a-f]{32}", "--", entry["request"].get("postData", {}).get("text", "")
            ),
        )
        for entry in entries
    ]
