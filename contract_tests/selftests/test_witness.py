"""`make witness` finds what a server does otherwise than openapi.yaml says, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from appbuilder_mock.server.running import Running

from contract_tests.mutants.changes import dumped, made, with_json
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send, proxied
from contract_tests.selftests.servers.lenient_server import lenient
from contract_tests.selftests.suite_process import NOTHING, TOKEN, holds
from contract_tests.selftests.test_variations import varied
from contract_tests.spec import document as spec
from contract_tests.witness.__main__ import main
from contract_tests.witness.findings import unsettled
from contract_tests.witness.session import CALLS
from scripts.evidence.check import problems
from scripts.evidence.facts import facts

pytestmark = pytest.mark.usefixtures("interruptible")

OTHERWISE = {
    "AssistantFile.created_at/required",
    "Assistant.instructions/default",
    "CreateMessageRequest.role/required",
    "CreateThreadRequest.messages/description",
    "Deleted.deleted/required",
    "PageLimit/minimum",
    "createFile?purpose/x-default",
    "createRun 409",
    "listAssistants 404",
    "mountAssistantFile/x-repeatable",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore the environment after a session."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


class Otherwise:
    """A server that differs from the mock in the ten facts of OTHERWISE."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.requests = 0
        self._mounted = False

    def on_request(self, request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        self.requests += 1
        operation_id, body = request.operation_id, request.json
        if operation_id == "mountAssistantFile":
            if self._mounted:
                return made(400, {"error": {"code": "mounted", "message": "已经挂载"}})
            self._mounted = True
        if operation_id == "listAssistants" and body.get("limit") == 0:
            return _with_body(request, {**body, "limit": None})
        if operation_id == "createMessage":
            return _with_body(request, {"role": "user", **body})
        if operation_id == "createThread" and body.get("messages"):
            return _with_body(request, {**body, "messages": body["messages"][::-1]})
        return request

    def on_response(
        self, request: ProxyRequest, answer: ProxyResponse, _send: Send
    ) -> ProxyResponse:
        operation_id = request.operation_id
        if answer.is_stream or not answer.headers["content-type"].startswith("application/json"):
            return answer
        body: Any = answer.json
        if isinstance(body.get("id"), str) and body["id"] != "step-1":
            self.ids.add(body["id"])
        if (operation_id, answer.status) in (("createRun", 409), ("listAssistants", 404)):
            return replace(answer, status=400)
        if answer.status != 200:
            return answer
        if operation_id == "createFile":
            return with_json(answer, {**body, "purpose": "thread"})
        if operation_id == "createAssistant":
            return with_json(answer, {**body, "instructions": body["instructions"] or "你是助手"})
        if operation_id == "mountAssistantFile":
            return with_json(answer, _without(body, "created_at"))
        if operation_id.startswith("delete"):
            return with_json(answer, _without(body, "deleted"))
        return answer


def test_ten_differences_are_found_and_none_invented(service: Running, tmp_path: Path) -> None:
    """Each of them is contradicted; every other fact has the verdict that the mock itself gets."""
    server = Otherwise()
    expected = _verdicts(_witnessed(service.url, tmp_path / "mock"))
    with proxied(
        service.url, Change(on_request=server.on_request, on_response=server.on_response)
    ) as url:
        verdicts = _verdicts(_witnessed(url, tmp_path / "otherwise"))

    assert expected["contradicted"] == set()
    assert expected["confirmed"] > OTHERWISE
    assert verdicts["contradicted"] == OTHERWISE
    assert verdicts["confirmed"] == expected["confirmed"] - OTHERWISE
    assert holds(service) == NOTHING
    assert server.requests <= CALLS + 10  # the deletions
    _check_files(tmp_path / "otherwise", server.ids)
    _check_patch(tmp_path / "otherwise", verdicts)


def test_permitted_differences_contradict_nothing(tmp_path: Path) -> None:
    """Errors under status 200, other types and unknown fields: a status is then left open."""
    with varied() as (url, service):
        verdicts = _verdicts(_witnessed(url, tmp_path))

        assert verdicts["contradicted"] == set()
        assert "createRun 409" not in verdicts["confirmed"]
        assert holds(service) == NOTHING


def test_lenient_server_is_reported(tmp_path: Path) -> None:
    """Unexpectedly accepted requests make no more runs than announced."""
    with lenient(TOKEN) as (url, _service):
        report = _witnessed(url, tmp_path)

    contradicted = _verdicts(report)["contradicted"]
    assert {"createRun 409", "deleteThread/description", "PageLimit/minimum"} <= contradicted
    assert int(re.findall(r"(\d+) runs", report)[0]) <= 5


def test_nothing_is_sent_without_a_token(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="APPBUILDER_TOKEN is not set"):
        main([f"--to={tmp_path / 'none'}"], {})

    assert not (tmp_path / "none").exists()


def test_refused_token_ends_the_session(service: Running, tmp_path: Path) -> None:
    environ = {"APPBUILDER_TOKEN": "wrong-token", "GATEWAY_URL": service.url}
    with pytest.raises(SystemExit, match="refuses the token; nothing else was sent"):
        main([f"--to={tmp_path}"], environ)


def test_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It needs no token, says first what a session costs, and asks the mock."""
    assert main([f"--to={tmp_path / 'none'}"], {"CONTRACT_DRY": "1"}) == 0

    cost, *rest = capsys.readouterr().out.splitlines()
    assert "the mock, in place of https://appbuilder.baidu.com" in cost
    assert "at most 5 runs" in cost
    assert "contradicted: 0 facts" in rest
    assert not (tmp_path / "none").exists()


def test_interrupted_session_reports_what_is_known(service: Running, tmp_path: Path) -> None:
    """Ctrl-C ends the questions; the report says that it is partial, and so does the status."""
    processes: list[subprocess.Popen[str]] = []

    def interrupt(request: ProxyRequest) -> ProxyRequest:
        if request.operation_id == "createThread":
            processes[0].send_signal(signal.SIGINT)
        return request

    with proxied(service.url, Change(on_request=interrupt)) as url:
        environ = {"APPBUILDER_TOKEN": TOKEN, "GATEWAY_URL": url, "CONTRACT_RATE": "1000"}
        command = [sys.executable, "-m", "contract_tests.witness", f"--to={tmp_path}"]
        with subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=subprocess.PIPE, encoding="utf-8"
        ) as process:
            processes.append(process)
            output, _ = process.communicate(timeout=120)

    assert process.returncode == 130
    report = (tmp_path / "report.txt").read_text("utf-8")
    assert report in output
    assert report.startswith("partial: the session was interrupted\n")
    assert "createFile?purpose/x-default" in _verdicts(report)["confirmed"]  # asked before
    assert "createRun" in report.partition("not asked")[2]
    assert holds(service) == NOTHING


def _witnessed(url: str, folder: Path) -> str:
    environ = {"APPBUILDER_TOKEN": TOKEN, "GATEWAY_URL": url, "CONTRACT_RATE": "1000"}
    assert main([f"--to={folder}"], environ) == 0
    return (folder / "report.txt").read_text("utf-8")


def _verdicts(report: str) -> dict[str, set[str]]:
    """The facts that something was seen of, by verdict."""
    found: dict[str, set[str]] = {"contradicted": set(), "confirmed": set()}
    heading = ""
    for line in report.splitlines():
        if heads := re.match(r"(contradicted|confirmed|open): \d+ facts", line):
            heading = heads[1]
        elif line.startswith("  ") and heading in found:
            [fact_id] = [one for one in unsettled() if line.startswith(f"  {one} (")][-1:]
            found[heading].add(fact_id)
    return found


def _check_files(folder: Path, ids: set[str]) -> None:
    """No file has the token, and no sample an id of the account."""
    assert len(ids) > 5
    samples = sorted((folder / "wire_samples").iterdir())
    assert {"witness-createRun-stream-200.sse", "witness-createRun-200.json"} <= {
        one.name for one in samples
    }
    assert "rules:" in (folder / "session.yaml").read_text("utf-8")
    for path in folder.rglob("*"):
        text = path.read_text("utf-8") if path.is_file() else ""
        assert TOKEN not in text
        assert path not in samples or not [one for one in ids if one in text], path
    thread = json.loads((folder / "wire_samples" / "witness-createThread-200.json").read_text())
    assert re.fullmatch(r"thread_[0-9a-f]{32}", thread["body"]["id"])
    assert (thread["operation"], thread["status"]) == ("createThread", 200)


def _check_patch(folder: Path, verdicts: dict[str, set[str]]) -> None:
    """It applies, each fact has the mark of its verdict, and no other fact has another mark."""
    shutil.copy(spec.PATH, folder)
    git = ["git", "-C", str(folder), "apply", "--unsafe-paths", "evidence.patch"]
    subprocess.run(git, check=True, env={"GIT_CEILING_DIRECTORIES": str(folder.parent)})
    document = yaml.safe_load((folder / "openapi.yaml").read_text("utf-8"))
    assert problems(document) == []
    before, after = unsettled(), {fact.id: fact for fact in facts(document)}
    unchanged = {fact.id: fact.marks for fact in facts(spec.DOCUMENT) if fact.id not in before}
    assert {fact_id: after[fact_id].marks for fact_id in unchanged} == unchanged
    for fact_id in before:
        marks = zip(after[fact_id].marks, after[fact_id].sources, strict=True)
        added = {
            mark
            for mark, source in marks
            if "witness" in source and (" for " not in source or fact_id in source)
        }
        for verdict, mark in (("confirmed", "rec"), ("contradicted", "unknown")):
            assert (mark in added) == (fact_id in verdicts[verdict]), fact_id


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def _with_body(request: ProxyRequest, body: dict[str, Any]) -> ProxyRequest:
    return replace(request, body=dumped(body).encode())
