"""An interrupted run deletes its objects on the service, or lists them in the journal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import Cut, Fault, Match, Rule
from appbuilder_mock.server.running import Running

from contract_tests.mutants.proxy import Change, ProxyRequest, proxied
from contract_tests.selftests.suite_process import (
    NOTHING,
    ROOT,
    RUN,
    STREAM,
    THREAD,
    TOKEN,
    Thinking,
    begun,
    done,
    holds,
    journals,
)

pytestmark = pytest.mark.usefixtures("interruptible")

GENERATED_STREAM = (
    "contract_tests/suite/test_operations.py",
    "-k",
    "test_createRun",
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number: signal.Signals, tmp_path: Path) -> None:
    """Everything that was made until then is deleted again."""
    thinking = Thinking()
    with appbuilder_mock.running(token=TOKEN, plan=thinking.plan) as service:
        with begun(service, tmp_path, THREAD, RUN) as process:
            thinking.begun.wait(60)
            process.send_signal(number)
            thinking.end.set()
            result, _ = process.communicate(timeout=60)

        assert process.returncode == 2, result
        assert "nothing left there" in result
        service.assert_received("createRun", times=4)
        assert holds(service) == NOTHING
        assert journals(service.url) == []


def test_interrupted_stream(tmp_path: Path) -> None:
    """The thread of a run is known as soon as the stream names it."""
    paused = Paused()
    with (
        appbuilder_mock.running(token=TOKEN) as service,
        proxied(service.url, Change(on_events=paused.on_events)) as url,
    ):
        with begun(service, tmp_path, THREAD, STREAM, GATEWAY_URL=url) as process:
            paused.begun.wait(60)
            process.send_signal(signal.SIGINT)
            result, _ = process.communicate(timeout=60)
            paused.end.set()

        assert process.returncode == 2, result
        assert "nothing left there" in result
        assert "no known id" not in result
        service.assert_received("createRun", times=4)
        assert holds(service) == NOTHING
        assert journals(url) == []


# Our client reads the one stream, schemathesis the other.
@pytest.mark.parametrize("test", [(STREAM,), GENERATED_STREAM], ids=["by hand", "generated"])
def test_broken_stream(service: Running, tmp_path: Path, test: tuple[str, ...]) -> None:
    """The thread of a run is deleted even if the run's stream broke off."""
    cut = Rule(match=Match(operation="createRun"), fault=Fault(cut=Cut(after_event=1)))
    service.script(cut)
    result = done(service, tmp_path, *test)

    assert result.returncode == 1, result.stdout
    assert "no known id" not in result.stdout
    assert holds(service) == NOTHING
    assert journals(service.url) == []


def test_second_user(tmp_path: Path) -> None:
    """The second user's objects are deleted with that user's token."""
    other = "bce-v3/ALTAK-other/0123456789"
    with appbuilder_mock.running(token=TOKEN, other_token=other) as service:
        result = done(
            service,
            tmp_path,
            "contract_tests/suite/test_tokens.py",
            "-k",
            "own_things",
            CONTRACT_TARGET=service.url,
            CONTRACT_TOKEN=TOKEN,
            CONTRACT_OTHER_TOKEN=other,
        )

        assert result.returncode == 0, result.stdout
        assert {one.status for one in service.assert_received("deleteThread")} == {200}
        assert journals(service.url) == []


def test_deleting_stops_without_answers(service: Running, tmp_path: Path) -> None:
    """After one timeout no more deletions are tried; the rest stays in the journal."""
    lost = Rule(match=Match(operation="deleteThread", times=1), fault=Fault(reset="before_reading"))
    service.script(lost)
    result = done(service, tmp_path, RUN)

    assert "no answer to a deletion" in result.stdout
    assert "make contract-clean TARGET=live" in result.stdout
    assert len(service.assert_received("deleteThread")) == 1
    service.assert_received("deleteAssistant", times=0)
    done(service, tmp_path, "--clean")
    assert holds(service) == NOTHING
    assert journals(service.url) == []


def test_deleting_is_interrupted(service: Running, tmp_path: Path) -> None:
    """Ctrl-C ends the deletions, and the journal keeps the remaining objects."""
    deleting, end = threading.Event(), threading.Event()

    def asked(request: ProxyRequest) -> ProxyRequest:
        if request.operation_id == "deleteThread":
            deleting.set()
            end.wait(60)
        return request

    with proxied(service.url, Change(on_request=asked)) as url:
        with begun(service, tmp_path, RUN, GATEWAY_URL=url) as process:
            deleting.wait(60)
            process.send_signal(signal.SIGINT)
            result, _ = process.communicate(timeout=60)
            end.set()

        assert "deleting was interrupted" in result
        assert len(journals(url)) == 1
        done(service, tmp_path, "--clean", GATEWAY_URL=url)
        assert holds(service) == NOTHING
        assert journals(url) == []


def test_interrupted_with_fixtures(tmp_path: Path) -> None:
    """The mock runs as long as a fixture may control it."""
    chosen = ("-v", "contract_tests/suite/test_errors.py", "-k", "by_the_server")
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
        result, errors = process.communicate(timeout=60)

    assert process.returncode == 2, result + errors
    assert "KeyboardInterrupt" in result
    assert "Traceback" not in errors


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Running]:
    """A service on which a killed run has left things."""
    thinking = Thinking()
    with appbuilder_mock.running(token=TOKEN, plan=thinking.plan) as service:
        with begun(service, tmp_path, THREAD, RUN) as process:
            thinking.begun.wait(60)
            process.kill()
            thinking.end.set()
            process.communicate(timeout=60)
        yield service


def test_killed(killed: Running, tmp_path: Path) -> None:
    """Objects of a killed session are deleted by `make contract-clean`."""
    service = killed
    assert holds(service) != NOTHING
    assert len(journals(service.url)) == 1

    result = done(service, tmp_path, "--clean")

    assert result.returncode == 0, result.stdout
    assert re.search(r"killed runs had left \d+ things there", result.stdout)
    assert holds(service) == NOTHING
    assert journals(service.url) == []


class Paused:
    """A stream that says nothing more after its first event."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.end = threading.Event()

    def on_events(self, _request: ProxyRequest, events: Iterator[bytes]) -> Iterator[bytes]:
        yield next(events)
        self.begun.set()
        self.end.wait(60)
        yield from events
