"""The journal of what was created, and deleting it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import appbuilder_mock
import httpx
import pytest

from contract_tests.target import cleanup, journal
from contract_tests.target.gateway import Gateway
from contract_tests.target.journal import CreatedObject
from contract_tests.target.target import (
    FULL,
    Target,
)

pytestmark = pytest.mark.usefixtures("interruptible")


def test_journal_outlives_its_process(folder: Path) -> None:
    """Another process reads the journal, also with a cut last line, unless it is locked."""
    own = journal.journal_for("http://one", folder)
    for id_ in ("thread_1", "thread_2"):
        own.asks("createThread")
        own.answers("createThread")
        own.succeeded("createThread", {}, {"id": id_})
    own.succeeded("deleteThread", {"thread_id": "thread_1"}, {})
    own.asks("createFile")
    assert list(journal.orphaned_journals("http://one", folder)) == []
    own._file.write('{"made": ["thr')
    own._file.close()

    [remaining] = journal.orphaned_journals("http://one", folder)
    assert list(remaining.remaining) == [CreatedObject("thread", "thread_2")]
    assert remaining.unanswered == 1
    assert list(journal.orphaned_journals("http://two", folder)) == []
    assert remaining.delete_all(lambda operation_id, body, owner: True) == []
    remaining.close()
    assert list(folder.iterdir()) == []


def test_failed_deletion_stays_in_the_journal(folder: Path) -> None:
    own = journal.journal_for("http://one", folder)
    own.add(CreatedObject("file", "file-1"))
    own.add(CreatedObject("assistant", "asst_1"))

    remaining = own.delete_all(lambda operation_id, body, owner: operation_id == "deleteAssistant")

    assert remaining == [CreatedObject("file", "file-1")]
    own.close()
    [again] = journal.orphaned_journals("http://one", folder)
    assert list(again.remaining) == remaining
    again.drop(remaining[0])
    again.close()


@pytest.mark.parametrize("limit", ["PATIENCE", "PATIENCE_WHEN_STOPPED"])
def test_silent_target_is_not_waited_for(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """The timeout of deletions is short, and shorter if the target has stopped before."""
    monkeypatch.setattr(cleanup, limit, 0.3)
    gateway.stopped = "queryRun: ReadTimeout" if limit == "PATIENCE_WHEN_STOPPED" else ""
    assert gateway.journal is not None
    for _ in range(2):
        gateway.post("createThread", json={})
    pause = {"match": {"operation": "deleteThread"}, "fault": {"pause": {"seconds": 20}}}
    control = f"{gateway.target.url}/_mock/scenario"
    httpx.post(control, json={"rules": [pause]}).raise_for_status()

    began = time.monotonic()
    [stopped, later] = cleanup.delete_all(gateway, gateway.journal)

    assert "no answer to a deletion" in stopped
    assert time.monotonic() - began < 5
    assert "2 things are left there" in stopped
    assert later == f"to delete them: make contract-clean TARGET={gateway.target.url} TOKEN=$TOKEN"


def test_second_users_things_need_that_token(folder: Path) -> None:
    """Without that token they stay in the journal: a 404 for another user proves nothing."""
    with appbuilder_mock.running(other_token="other") as mock:
        both = Target(mock.url, mock.token, "server", other_token="other")
        users = Gateway(both, FULL, journal.journal_for("x", folder))
        users.post("createThread", owner="second", json={})
        assert users.journal is not None
        [made] = users.journal.remaining
        assert made.owner == "second"

        users.target = replace(both, other_token=None)
        [problem] = cleanup.delete_all(users, users.journal)
        assert (
            problem
            == f"could not delete thread {made.id} of the second user, which takes OTHER_TOKEN"
        )
        assert list(users.journal.remaining) == [made]

        users.target = both
        assert cleanup.delete_all(users, users.journal) == []
        assert mock.state()["threads"] == []
        users.journal.close()
