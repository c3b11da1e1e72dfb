"""`make contract TARGET=live` and the like, against a mock in the place of the service."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from appbuilder_mock.middleware import recorder as received
from appbuilder_mock.scenarios import ErrorBody, Fault, Match, Rule
from appbuilder_mock.server.running import Running

from contract_tests.selftests.suite_process import (
    NOTHING,
    RUN,
    STREAM,
    THREAD,
    TOKEN,
    completed,
    done,
    holds,
    journals,
    make,
    plan,
)
from contract_tests.target.target import GENTLE

pytestmark = pytest.mark.usefixtures("heeded")


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service, which is made later, remembers more requests than a whole run makes."""
    monkeypatch.setattr(received, "KEPT", 10_000)


@pytest.mark.usefixtures("remembering")
def test_whole_run(service: Running, tmp_path: Path) -> None:
    """What the dry run says is what the service gets; nothing is left, and no token is told."""
    planned = plan(done(service, tmp_path, CONTRACT_DRY="1").stdout)
    assert service.requests == []

    told = done(service, tmp_path)

    assert told.returncode == 0, told.stdout
    assert plan(told.stdout) == planned
    requests = service.requests
    assert planned["requests"] == len(requests)
    carried_out = [one for one in requests if one.status == 200]
    runs = [one for one in carried_out if one.operation in ("createRun", "submitToolOutputs")]
    assert planned["runs"] == len(runs) <= (GENTLE.runs or 0)
    assert holds(service) == NOTHING
    assert journals(service.url) == []
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
    assert len(entries) == len(requests)


def test_rate(service: Running, tmp_path: Path) -> None:
    """Requests come no faster than was said, those that make and delete things among them."""
    told = done(service, tmp_path, THREAD, CONTRACT_RATE="5")

    assert told.returncode == 0, told.stdout
    times = [entry.time for entry in service._state.received.every()]
    eleven = [last - first for first, last in zip(times, times[10:], strict=False)]
    assert len(eleven) > 30
    assert min(eleven) >= 10 * 200 - 500  # milliseconds; some time passes until they arrive


def test_failure(service: Running, tmp_path: Path) -> None:
    """It is told with the request, the seed and how to run it again, and nothing is left."""
    error = ErrorBody(code="down", message=f"echo of {TOKEN}")
    service.script(Rule(match=Match(operation="queryThread"), fault=Fault(status=500, error=error)))
    told = done(service, tmp_path, THREAD, CONTRACT_SEED="7")

    assert told.returncode == 1
    assert 'curl -X POST -H "Authorization: Bearer $APPBUILDER_TOKEN"' in told.stdout
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


@pytest.mark.parametrize("test", [RUN, STREAM], ids=["run", "stream"])
def test_asked_too_often(service: Running, tmp_path: Path, test: str) -> None:
    """A service that asks for a pause gets it, and the request again."""
    fourth = Match(operation="createRun", nth=4)  # three make the examples' things
    service.script(Rule(match=fourth, fault=Fault(status=429, retry_after=1)))
    told = done(service, tmp_path, test)

    assert told.returncode == 0, told.stdout
    assert [one.status for one in service.assert_received("createRun")][3:] == [429, 200]


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
    walk = "contract_tests/suite/test_workflows.py::test_walk[runs-end]"
    one = ("contract_tests/suite/test_operations.py", "-k", "test_walk or test_createThread")
    first = requested(tmp_path / "1", walk, *one, seed="3")
    again = requested(tmp_path / "2", walk, *one, seed="3")
    other = requested(tmp_path / "3", *one, seed="4")

    assert len(first) > 100
    assert first == again
    assert len(other) > 50
    assert not set(other) <= set(first)


def requested(reports: Path, *arguments: str, seed: str) -> list[tuple[str, ...]]:
    """What was asked of the mock; the boundaries of multipart bodies are not from the seed."""
    environ = {**os.environ, "CONTRACT_TARGET": "", "CONTRACT_DRY": ""}
    told = completed(reports, [f"--seed={seed}", *arguments], environ)
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
