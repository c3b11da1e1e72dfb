"""Faults that show late: at the end of a run, or after several calls about one object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from contract_tests.mutants.changes import (
    GONE,
    Json,
    answer,
    dumped,
    event,
    made,
    names,
    put,
)
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send


def _of(status: str, edit: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """Change only the runs that have this status."""
    return lambda run: edit(run) if run["status"] == status else run


def _failed_instead(run: Json) -> Json:
    error = {"type": "server_error", "message": "too late"}
    failed = {"status": "failed", "failed_at": run["expired_at"], "last_error": error}
    return {**run, **failed, "expired_at": 0}


def _as_completed(event: Json) -> Json:
    """The end of a failed run, reported as a success."""
    if event["status"] != "failed":
        return event
    run = event["details"]["run_object"]
    well = {"status": "completed", "completed_at": run["failed_at"], "failed_at": 0}
    details = {**event["details"], "run_object": {**run, **well, "last_error": None}}
    return {**event, "status": "completed", "details": details}


class _DeletedFiles:
    """Keeps the answers about files, to repeat them after the files are deleted."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], ProxyResponse] = {}
        self._times_deleted: Counter[str] = Counter()

    def mounted(self, request: ProxyRequest, response: ProxyResponse, _send: Send) -> ProxyResponse:
        """A file that was deleted is mounted all the same."""
        file_id = str(request.json.get("file_id"))
        if names("deleteFile", request) and response.status == 200:
            self._times_deleted[file_id] += 1
        if names("mountAssistantFile", request) and self._times_deleted[file_id]:
            ids = {"id": file_id, "assistant_id": request.json.get("assistant_id")}
            return made(200, {**ids, "object": "assistant.file", "created_at": 1717645516000})
        return response

    def back_again(
        self, request: ProxyRequest, response: ProxyResponse, send: Send
    ) -> ProxyResponse:
        """A file that was deleted twice, which is refused, can be looked up again."""
        file_id = str(request.json.get("file_id"))
        if names("createFile", request) and response.status == 200:
            self._look_up(request, response.json["id"], send)
        deleted = self._times_deleted[file_id]
        if names("deleteFile", request) and (response.status == 200 or deleted):
            self._times_deleted[file_id] += response.status in (200, 404)
        known = self._known.get((request.operation_id, file_id))
        if known is None or deleted < 2 or response.status != 404:
            return response
        request_id = response.headers["x-appbuilder-request-id"]
        return replace(known, headers={**known.headers, "x-appbuilder-request-id": request_id})

    def _look_up(self, request: ProxyRequest, file_id: str, send: Send) -> None:
        body = dumped({"file_id": file_id}).encode()
        headers = {**request.headers, "content-type": "application/json"}
        look_up = ProxyRequest("POST", "/v2/storage/files/query", headers, body)
        self._known["queryFile", file_id] = send(look_up)


MUTANTS = (
    Mutant(
        "failed-without-reason",
        "status astray",
        "A run that failed says why.",
        answer("createRun queryRun", _of("failed", put("last_error", None))),
        caught_by="status_goes_with_the_rest",
    ),
    Mutant(
        "failed-for-another-reason",
        "stale query",
        "Why a run failed is kept.",
        answer("queryRun", _of("failed", put("last_error/message", "?"))),
        caught_by="test_bad_end",
    ),
    Mutant(
        "failed-in-stream-without-reason",
        "status astray",
        "A stream that ends in a failed run says why.",
        event("run_end", put("details/run_object", _of("failed", put("last_error", None)))),
        caught_by="status_goes_with_the_rest",
    ),
    Mutant(
        "failed-at-no-time",
        "time wrong",
        "A run that failed says when.",
        answer("createRun queryRun", _of("failed", put("failed_at", 0))),
        caught_by="times_are_in_order",
    ),
    Mutant(
        "expired-at-no-time",
        "time wrong",
        "A run that expired says when.",
        answer("createRun queryRun", _of("expired", put("expired_at", GONE))),
        caught_by="test_bad_end",
    ),
    Mutant(
        "failed-reported-as-completed",
        "status astray",
        "A stream has the end of its run.",
        event("run_end", _as_completed),
        caught_by="test_bad_end_of_a_stream",
    ),
    Mutant(
        "expired-is-failed",
        "status astray",
        "A run that expired has not failed.",
        answer("createRun queryRun", _of("expired", _failed_instead)),
        caught_by="test_bad_end",
    ),
    Mutant(
        "failed-and-answers",
        "status astray",
        "A run that failed has no final answer.",
        answer(
            "createRun",
            _of(
                "failed",
                put(
                    "final_answer",
                    {
                        "type": "message",
                        "message": {
                            "message_id": "chatmsg_" + "0" * 32,
                            "content": [{"type": "text", "text": {"value": "晴"}}],
                        },
                    },
                ),
            ),
        ),
        caught_by="status_goes_with_the_rest",
    ),
    Mutant(
        "deleted-file-mounted",
        "delete that does not delete",
        "A deleted file cannot be mounted.",
        Change(on_response=_DeletedFiles().mounted),
        caught_by="test_walk",
    ),
    Mutant(
        "deleted-twice-is-back",
        "delete that does not delete",
        "A file that is deleted again stays deleted.",
        Change(on_response=_DeletedFiles().back_again),
        caught_by="test_walk",
    ),
)
