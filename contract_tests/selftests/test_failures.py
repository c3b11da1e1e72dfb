"""The output of a failed session: with servers that forget everything, that die, and that hang."""

from __future__ import annotations

import re
from pathlib import Path

import appbuilder_mock
import pytest

from contract_tests.mutants.changes import made
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, proxied
from contract_tests.selftests.servers.broken_servers import stateless, stopping
from contract_tests.selftests.suite_process import TOKEN, completed, environ_of

pytestmark = pytest.mark.usefixtures("interruptible")

FIRST_LINES = re.compile(r"= what is wrong =+\n(.*\n)(1\. .*\n)(2\. .*\n)?(3\. .*\n)?")
OBJECTS = ("contract_tests/suite/test_objects.py", "contract_tests/suite/test_files.py")


def test_stateless(tmp_path: Path) -> None:
    """The most frequent causes come first; tests with a failed set-up are skipped."""
    with stateless(TOKEN) as url:
        result = completed(
            tmp_path, [*OBJECTS, "contract_tests/suite/test_odd_values.py"], environ_of(url)
        )

    assert result.returncode == 1, result.stdout
    found = FIRST_LINES.search(result.stdout)
    assert found is not None, result.stdout
    assert re.match(r"1\. create\w+: .*sent '.*', got '.*' \(what_was_sent_is_kept\)", found[2])
    assert re.search(r"\(\d+ tests, the first: contract_tests/suite/test_objects.py::", found[2])
    assert found[4], "three causes"
    assert found.start() < result.stdout.index("= ERRORS =")
    assert "not set up (owned): createAssistant: name: sent '助手'" in result.stdout
    # A module's fixture fails once, and is not set up again for each test.
    assert (
        result.stdout.count(": in make_owned_objects")
        == result.stdout.count("ERROR at setup of test_null_is")
        == 1
    )
    assert not re.search(r"^E   AssertionError *$", result.stdout, re.MULTILINE)
    assert "site-packages" not in result.stdout
    for failure in result.stdout.partition("= FAILURES =")[2].split("\n____")[1:]:
        assert failure.count("\n  curl ") == 1, failure
        assert failure.count("\n  make contract ") == 1, failure


@pytest.mark.parametrize("hangs", [False, True], ids=["dies", "hangs"])
def test_stopping(tmp_path: Path, hangs: bool) -> None:
    """The run ends, and names the last test and request; no other request is sent."""
    with stopping(TOKEN, 100, hangs=hangs) as url:
        result = completed(tmp_path, OBJECTS, {**environ_of(url), "CONTRACT_PATIENCE": "2"})

    assert result.returncode == 1, result.stdout
    stopped = re.search(
        r"1\. the server stopped answering after (contract_tests/suite/\S+) .*\n"
        r"The last request that it answered:\n  curl ((?:.*\n)*?)=",
        result.stdout,
    )
    assert stopped is not None, result.stdout
    assert f"'{url}" in stopped[2] or f" {url}" in stopped[2]
    assert " curl " not in stopped[2]
    assert len(re.findall(r"^(?:ERROR|FAILED) ", result.stdout, re.MULTILINE)) == 1
    assert "= coverage =" not in result.stdout
    assert "make contract-clean" in result.stdout
    assert len(result.stdout.splitlines()) < 60
    log = (tmp_path / "requests.har").read_text("utf-8")
    assert log.count('"startedDateTime"') <= 110  # the answered ones, and those of the last test


@pytest.mark.parametrize("name", ["TOKEN", "OTHER_TOKEN"])
def test_wrong_token(tmp_path: Path, name: str) -> None:
    """The run ends at the first 401, with the server's words and the variable to set."""
    with appbuilder_mock.running(token=TOKEN) as service:
        environ = {**environ_of(service.url), f"CONTRACT_{name}": "wrong-token"}
        result = completed(tmp_path, OBJECTS, environ)
        refused = [one.status for one in service.requests]

    [line] = re.findall(r"(?m)^ERROR: (.*)", result.stderr)
    assert line.startswith(f"{service.url} refuses the token: set {name}; it answered 401: {{")
    assert "got another token" in line
    assert result.returncode == 4
    assert refused == [401]


def test_request_of_a_bad_token(tmp_path: Path) -> None:
    """The curl line is that of the accepted probe, not of the request with the right token."""
    with stateless(TOKEN, lets_in_anybody=True) as url:
        test = "contract_tests/suite/test_operations.py::test_queryThread"
        result = completed(tmp_path, [test], environ_of(url))

    assert "API accepts requests without authentication" in result.stdout
    line = re.search(r"\n  curl (.*)", result.stdout)
    assert line is not None
    assert "$TOKEN" not in line[1]
    assert f"PYTEST={test}\n" in result.stdout


def test_request_that_is_not_answered(tmp_path: Path) -> None:
    """The curl line is that of the request, though others were sent before and after it."""

    def asked(request: ProxyRequest) -> ProxyRequest:
        if request.operation_id == "listAssistants" and not request.body:
            raise ConnectionAbortedError
        return request

    test = "contract_tests/suite/test_operations.py::test_listAssistants"
    with (
        appbuilder_mock.running(token=TOKEN) as mock,
        proxied(mock.url, Change(on_request=asked)) as url,
    ):
        result = completed(tmp_path, [test], environ_of(url))

    assert "One failure has this cause:\n1. ConnectionError: " in result.stdout, result.stdout
    line = re.search(r"\n  curl (.*)", result.stdout)
    assert line is not None
    assert line[1].endswith(f" {url}/v2/assistants/list")
    assert "--data-raw" not in line[1]


def test_missing_objects_of_the_examples(tmp_path: Path) -> None:
    """Tests of operations with examples that name a missing object are skipped, with the reason."""
    refused = made(400, {"error": {"code": "full", "message": "没有名额"}})

    def asked(request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        return refused if request.operation_id == "createRun" else request

    test = "contract_tests/suite/test_operations.py::test_submitToolOutputs"
    with (
        appbuilder_mock.running(token=TOKEN) as mock,
        proxied(mock.url, Change(on_request=asked)) as url,
    ):
        result = completed(tmp_path, [test], environ_of(url))

    reason = "not set up (what the examples name): createRun: expected an object, got 400: "
    assert reason in result.stdout
    assert "没有名额" in result.stdout
    assert "1 skipped" in result.stdout


def test_quick(tmp_path: Path) -> None:
    """Only the hand-written tests run, sorted by rank, without a check of the coverage."""
    environ = {**environ_of(""), "CONTRACT_TOKEN": "", "CONTRACT_QUICK": "1"}
    result = completed(tmp_path, ["--collect-only", "-q"], environ)
    files = re.findall(r"^contract_tests/suite/(test_\w+)\.py::", result.stdout, re.MULTILINE)

    assert list(dict.fromkeys(files))[:3] == ["test_objects", "test_files", "test_lifecycle"]
    assert not {"test_operations", "test_workflows"} & set(files)
    assert len(files) > 300
