"""The table of operations, and the notes that its last columns are made from."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts import operations_table as table
from scripts import record_operations as record

SPEC = {
    "paths": {
        "/v2/threads": {"post": {"operationId": "createThread"}},
        "/v2/threads/query": {"post": {"operationId": "queryThread"}},
    }
}


class Messages:
    def list(self) -> None:
        """A page of 消息.  (listMessages)"""

    def list_all(self) -> None:
        """Every one.

        A page is fetched when it is needed.  (listMessages)
        """

    def _hidden(self) -> None:
        """Not for callers.  (deleteMessage)"""


class Client:
    @cached_property
    def messages(self) -> Messages:
        return Messages()

    @property
    def with_raw_response(self) -> Messages:
        """No resource."""
        return Messages()

    def close(self) -> None:
        """Not an operation (surely not)."""


@pytest.fixture
def suites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec and a suite of its own, in this folder."""
    suite = tmp_path / "contract_tests"
    suite.mkdir()
    (suite / "test_one.py").write_text("", encoding="utf-8")
    (tmp_path / "openapi.yaml").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(record, "ROOT", tmp_path)
    monkeypatch.setattr(record, "SPEC", tmp_path / "openapi.yaml")
    monkeypatch.setattr(record, "SUITES", {"contract": suite})
    return tmp_path


def test_the_spec_is_read_by_operation() -> None:
    assert table.spec(SPEC) == {
        "createThread": "`POST /v2/threads`",
        "queryThread": "`POST /v2/threads/query`",
    }


def test_methods_are_found_where_a_user_finds_them() -> None:
    assert table.wrapper(Client()) == {"listMessages": "`messages.list`<br>`messages.list_all`"}


def test_a_missing_cell_is_a_dash() -> None:
    """And what only one column knows has a row as well."""
    page = table.text([{"createThread": "`POST /v2/threads`"}, {"deleteThread": "yes"}])

    assert "| `createThread` | `POST /v2/threads` | – |\n" in page
    assert "| `deleteThread` | – | yes |\n" in page
    assert page.endswith("| **2** | **1** | **1** |\n")


def test_an_answer_by_example_is_no_handler() -> None:
    """It is shown, and the number below does not count it."""
    page = table.text(
        [{"createThread": "a", "archiveThread": "b"}, {"archiveThread": "an example"}]
    )

    assert "| `archiveThread` | b | an example |\n" in page
    assert page.endswith("| **2** | **2** | **0** |\n")


def test_a_suite_that_was_not_run_keeps_its_column(suites: Path) -> None:
    before = "| `createThread` | a | a | a | a | a | yes | – |\n"

    assert table.tested("contract", before) == {"createThread": "yes"}


def test_a_noted_run_takes_its_place(suites: Path) -> None:
    """Also where it reached less than before."""
    record.write("contract", record.fingerprint("contract"), {"queryThread"})
    before = "| `createThread` | a | a | a | a | a | yes | – |\n"

    assert table.tested("contract", before) == {"queryThread": "yes"}


@pytest.mark.parametrize("changed", ["openapi.yaml", "contract_tests/test_one.py"])
def test_a_note_on_another_spec_or_suite_is_not_used(suites: Path, changed: str) -> None:
    record.write("contract", record.fingerprint("contract"), {"queryThread"})
    (suites / changed).write_text("# 变了", encoding="utf-8")

    assert record.read("contract") is None


def test_a_whole_run_that_passed_is_noted(suites: Path) -> None:
    """With its successes; and as it was when it began, if it changes while it runs."""
    reached = [
        (SimpleNamespace(operation_id="createThread", status="200"), "by hand"),
        (SimpleNamespace(operation_id="queryThread", status="404"), "fuzzing"),
    ]
    session = session_that_reached(reached)
    recorder = record.Recorder("contract")
    recorder.pytest_sessionfinish(session, 0)
    assert record.read("contract") == {"createThread"}

    (suites / "contract_tests" / "test_one.py").write_text("# 变了", encoding="utf-8")
    recorder.pytest_sessionfinish(session, 0)
    assert record.read("contract") is None


def session_that_reached(answers: list[tuple[Any, str]]) -> Any:
    """A session with the plugin of the contract tests, which counts responses."""
    plugin = SimpleNamespace(suite=SimpleNamespace(coverage=SimpleNamespace(answers=answers)))
    manager = SimpleNamespace(get_plugin={"contract-suite": plugin}.get)
    return SimpleNamespace(config=SimpleNamespace(pluginmanager=manager))


@pytest.mark.parametrize(("exitstatus", "deselected"), [(1, False), (0, True)])
def test_a_failed_or_partial_run_is_not_noted(
    suites: Path, exitstatus: int, deselected: bool
) -> None:
    recorder = record.Recorder("contract")
    if deselected:
        recorder.pytest_deselected([])
    recorder.pytest_sessionfinish(session_that_reached([]), exitstatus)

    assert not record.place("contract").exists()


@pytest.mark.parametrize(
    ("status", "media_type", "body", "streamed", "succeeded"),
    [
        (200, "application/json", {"id": "thread_1"}, False, True),
        (200, "application/json; charset=utf-8", {"error": {"code": "x"}}, False, False),
        (404, "text/html", None, False, False),
        (200, "text/event-stream", None, True, True),
        (200, "application/json", {"id": "thread_1"}, True, False),
        (200, "application/json", None, False, False),
    ],
)
def test_an_error_is_no_success(
    status: int, media_type: str, body: Any, streamed: bool, succeeded: bool
) -> None:
    response = SimpleNamespace(
        status_code=status,
        headers={"content-type": media_type},
        json=lambda: json.loads(json.dumps(body)),
    )

    assert record.succeeded(response, streamed) is succeeded


def test_the_check_shows_the_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right as written; then with a wrong line, and with no page at all."""
    path = tmp_path / "operations.md"
    monkeypatch.setattr(table, "WRITTEN", path)
    monkeypatch.setattr("sys.argv", ["operations_table.py"])
    assert table.main() == 0
    monkeypatch.setattr("sys.argv", ["operations_table.py", "--check"])
    assert table.main() == 0
    assert capsys.readouterr().out == ""

    path.write_text(path.read_text("utf-8").replace("`threads.query`", "–", 1), encoding="utf-8")
    assert table.main() == 1
    assert "+| `queryThread` | `POST /v2/threads/query`" in capsys.readouterr().out

    path.unlink()
    assert table.main() == 1
