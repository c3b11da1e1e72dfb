"""`make contract TARGET=live` and the like, against a mock in place of the service."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from appbuilder_mock.middleware import recorder
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
from contract_tests.target.target import LIVE_SAFE

pytestmark = pytest.mark.usefixtures("interruptible")


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the mock, which starts later, keep more requests than a whole run sends."""
    monkeypatch.setattr(recorder, "KEPT", 10_000)


@pytest.mark.usefixtures("remembering")
def test_whole_run(service: Running, tmp_path: Path) -> None:
    """The dry run's figures are those of the service; nothing remains, and no token is printed."""
    planned = plan(done(service, tmp_path, CONTRACT_DRY="1").stdout)
    assert service.requests == []

    result = done(service, tmp_path)

    assert result.returncode == 0, result.stdout
    assert plan(result.stdout) == planned
    requests = service.requests
    assert planned["requests"] == len(requests)
    carried_out = [one for one in requests if one.status == 200]
    runs = [one for one in carried_out if one.operation in ("createRun", "submitToolOutputs")]
    assert planned["runs"] == len(runs) <= (LIVE_SAFE.runs or 0)
    assert holds(service) == NOTHING
    assert journals(service.url) == []
    for text in (
        result.stdout,
        result.stderr,
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
    """Requests keep the rate limit, those that create and delete objects included."""
    result = done(service, tmp_path, THREAD, CONTRACT_RATE="5")

    assert result.returncode == 0, result.stdout
    times = [entry.time for entry in service._state.history.every()]
    eleven = [last - first for first, last in zip(times, times[10:], strict=False)]
    assert len(eleven) > 30
    assert min(eleven) >= 10 * 200 - 500  # milliseconds; some time passes until they arrive


def test_failure(service: Running, tmp_path: Path) -> None:
    """A report has the request, the seed and a command to repeat it; no object remains."""
    error = ErrorBody(code="down", message=f"echo of {TOKEN}")
    service.script(Rule(match=Match(operation="queryThread"), fault=Fault(status=500, error=error)))
    result = done(service, tmp_path, THREAD, CONTRACT_SEED="7")

    assert result.returncode == 1
    assert 'curl -X POST -H "Authorization: Bearer $APPBUILDER_TOKEN"' in result.stdout
    assert "echo of •••" in result.stdout
    assert "ALTAK" not in result.stdout + result.stderr
    assert f"make contract TARGET=live SEED=7 PYTEST={THREAD}" in result.stdout
    assert holds(service) == NOTHING


def test_no_more_runs_than_stated(service: Running, tmp_path: Path) -> None:
    """The request that would be one too many is not sent."""
    result = done(service, tmp_path, RUN, CONTRACT_RUNS="3")  # as many as the examples need

    assert result.returncode == 1
    assert "all 3 runs that were stated are made" in result.stdout
    assert len(service.assert_received("createRun")) == 3
    assert holds(service) == NOTHING


@pytest.mark.parametrize("test", [RUN, STREAM], ids=["run", "stream"])
def test_asked_too_often(service: Running, tmp_path: Path, test: str) -> None:
    """After a 429 the request is sent again, when the requested pause is over."""
    fourth = Match(operation="createRun", nth=4)  # three make the examples' things
    service.script(Rule(match=fourth, fault=Fault(status=429, retry_after=1)))
    result = done(service, tmp_path, test)

    assert result.returncode == 0, result.stdout
    assert [one.status for one in service.assert_received("createRun")][3:] == [429, 200]


@pytest.mark.parametrize("target", ["live", "server"])
def test_without_a_token(service: Running, tmp_path: Path, target: str) -> None:
    """One clear sentence, an exit status that says that nothing was done, and no request."""
    target = service.url if target == "server" else target
    result = done(service, tmp_path, CONTRACT_TARGET=target, APPBUILDER_TOKEN="")

    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "nothing was sent" in result.stderr
    assert result.stdout == ""
    assert service.requests == []


@pytest.mark.parametrize("where", ["environment", "command-line"])
def test_live_takes_its_own_token_only(service: Running, tmp_path: Path, where: str) -> None:
    """Another program's variable TOKEN is not sent to the service."""
    given = [f"TOKEN={TOKEN}"] if where == "command-line" else []
    more = {} if given else {"TOKEN": TOKEN}
    result = make(service, tmp_path, "TARGET=live", *given, APPBUILDER_TOKEN="", **more)

    assert result.returncode != 0
    assert "APPBUILDER_TOKEN is not set: nothing was sent" in result.stderr
    assert "ALTAK" not in result.stdout + result.stderr
    assert service.requests == []


def test_make_prints_no_token(service: Running, tmp_path: Path) -> None:
    """Any server can be attacked by its URL and token, which make does not print."""
    result = make(service, tmp_path, f"TARGET={service.url}", f"TOKEN={TOKEN}")

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"contract: {service.url}" in result.stdout
    assert "ALTAK" not in result.stdout + result.stderr
    assert service.assert_received("createRun")
    assert holds(service) == NOTHING


def test_seed_repeats_the_requests(tmp_path: Path) -> None:
    """The same seed makes the same requests, also along links, and another one makes others."""
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
    """The mock's requests; the boundaries of multipart bodies are not from the seed."""
    environ = {**os.environ, "CONTRACT_TARGET": "", "CONTRACT_DRY": ""}
    result = completed(reports, [f"--seed={seed}", *arguments], environ)
    assert result.returncode == 0, result.stdout
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
