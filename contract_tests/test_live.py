"""`make contract TARGET=live` and the like, against a mock in the place of the service."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.handle import Running
from appbuilder_mock.scenarios import ErrorBody, Fault, Match, Rule

from .journal import FOLDER
from .target import GENTLE

ROOT = Path(__file__).parent.parent
TOKEN = "bce-v3/ALTAK-live/0123456789"
NOTHING: dict[str, list[Any]] = {"assistants": [], "threads": [], "files": []}
# Some of what is done by hand, so that nothing needs to be generated.
THREAD = "contract_tests/test_objects.py::test_thread"
RUN = "contract_tests/test_lifecycle.py::test_run_is_found_again"


@pytest.fixture
def service() -> Iterator[Running]:
    """It holds nothing, like the account of a new user."""
    with appbuilder_mock.running(token=TOKEN) as mock:
        yield mock


def test_whole_run(service: Running, tmp_path: Path) -> None:
    """What the dry run says is what the service gets; nothing is left, and no token is told."""
    planned = plan(done(service, CONTRACT_DRY="1").stdout)
    assert service.requests == []

    told = done(service, f"--reports={tmp_path}", f"--junitxml={tmp_path / 'junit.xml'}")

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


def test_rate(service: Running) -> None:
    """Requests come no faster than was said, those that make and delete things among them."""
    told = done(service, THREAD, CONTRACT_RATE="20")

    assert told.returncode == 0, told.stdout
    times = [entry.time for entry in service._state.received.every()]
    assert len(times) > 30
    assert times[-1] - times[0] >= 1000 * (len(times) - 1) / 20 - 50


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(service: Running, number: signal.Signals) -> None:
    """Everything that was made until then is deleted again."""
    with begun(service) as process:
        process.send_signal(number)
        rest, _ = process.communicate(timeout=60)

    assert process.returncode == 2, rest
    assert "nothing left there" in rest
    assert any(one.operation == "createThread" for one in service.requests)
    assert holds(service) == NOTHING
    assert journals(service) == []


def test_killed(service: Running) -> None:
    """What a killed run left is deleted by `make contract-clean`."""
    with begun(service) as process:
        process.kill()
        process.communicate(timeout=60)
    assert holds(service) != NOTHING
    assert len(journals(service)) == 1

    told = done(service, "--clean")

    assert told.returncode == 0, told.stdout
    assert re.search(r"killed runs had left \d+ things there", told.stdout)
    assert holds(service) == NOTHING
    assert journals(service) == []


def test_failure(service: Running) -> None:
    """It is told with the request, the seed and how to run it again, and nothing is left."""
    error = ErrorBody(code="down", message=f"echo of {TOKEN}")
    service.script(Rule(match=Match(operation="queryThread"), fault=Fault(status=500, error=error)))
    told = done(service, THREAD, CONTRACT_SEED="7")

    assert told.returncode == 1
    assert 'curl -X POST -H "Authorization: Bearer $TOKEN"' in told.stdout
    assert "echo of •••" in told.stdout
    assert "ALTAK" not in told.stdout + told.stderr
    assert f"make contract TARGET=live SEED=7 PYTEST={THREAD}" in told.stdout
    assert holds(service) == NOTHING


def test_no_more_runs_than_stated(service: Running) -> None:
    """The request that would be one too many is not sent."""
    told = done(service, RUN, CONTRACT_RUNS="3")  # as many as the examples need

    assert told.returncode == 1
    assert "all 3 runs that were stated are made" in told.stdout
    assert len(service.assert_received("createRun")) == 3
    assert holds(service) == NOTHING


@pytest.mark.parametrize("target", ["live", "server"])
def test_without_a_token(service: Running, target: str) -> None:
    """One clear sentence, a status that says it was not done, and no request."""
    target = service.url if target == "server" else target
    told = done(service, CONTRACT_TARGET=target, APPBUILDER_TOKEN="")

    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "nothing was sent" in told.stderr
    assert told.stdout == ""
    assert service.requests == []


def test_make_tells_no_token(service: Running) -> None:
    """Any server can be attacked by its URL and token, which make does not print."""
    command = ["make", "contract", f"TARGET={service.url}", f"TOKEN={TOKEN}"]
    told = subprocess.run(
        [*command, f"PYTHON={sys.executable}", f"PYTEST={RUN}"],
        env=environment(service, CONTRACT_TARGET=""),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    assert f"contract: {service.url}" in told.stdout
    assert "ALTAK" not in told.stdout + told.stderr
    assert service.assert_received("createRun")
    assert holds(service) == NOTHING


def test_seed_repeats_the_requests(tmp_path: Path) -> None:
    """The same seed makes the same requests, walks too, and another one makes others."""
    walk = "contract_tests/test_workflows.py::test_walk[runs-end]"
    operation = "contract_tests/test_operations.py::test_operation[POST /v2/assistants]"
    first = requested(tmp_path / "1", walk, operation, seed="3")
    again = requested(tmp_path / "2", walk, operation, seed="3")
    other = requested(tmp_path / "3", operation, seed="4")

    assert len(first) > 300
    assert first == again
    assert len(other) > 50
    assert not set(other) <= set(first)


def done(service: Running, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contract_tests", *arguments],
        env=environment(service, **more),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )


def begun(service: Running) -> subprocess.Popen[str]:
    """A run that has told of its first test, and so has made things."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "contract_tests", "-v", THREAD, RUN],
        env=environment(service, CONTRACT_RATE="30"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "PASSED" in line:
            return process
    raise AssertionError("no test passed")


def environment(service: Running, **more: str) -> dict[str, str]:
    told = {"CONTRACT_TARGET": "live", "CONTRACT_RATE": "1000", "APPBUILDER_TOKEN": TOKEN}
    others = {name: "" for name in os.environ if name.startswith(("CONTRACT_", "MAKE", "MFLAGS"))}
    return {**os.environ, **others, **told, "GATEWAY_URL": service.url, **more}


def plan(text: str) -> dict[str, int]:
    """The figures at the end of a run."""
    figures = {
        name: int(re.findall(rf"^{name} +(\d+)", text, re.MULTILINE)[0])
        for name in ("requests", "runs")
    }
    for kind in ("assistants", "files", "threads"):
        figures[kind] = int(re.findall(rf"(\d+) {kind}", text)[0])
    return figures


def holds(service: Running) -> dict[str, Any]:
    """What is left on the service."""
    state = service.state()
    return {name: state[name] for name in NOTHING}


def journals(service: Running) -> list[Path]:
    return list(FOLDER.glob(f"*-{service.port}.*"))


def requested(reports: Path, *arguments: str, seed: str) -> list[tuple[str, str, str, str]]:
    """What was asked of the mock; the boundaries of multipart bodies are not from the seed."""
    command = [sys.executable, "-m", "contract_tests", f"--seed={seed}", f"--reports={reports}"]
    told = subprocess.run(
        [*command, *arguments],
        env={**os.environ, "CONTRACT_TARGET": "", "CONTRACT_DRY": ""},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
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
