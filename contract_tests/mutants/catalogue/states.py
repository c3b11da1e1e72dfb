"""Servers that report an effect without having it: deletions, statuses, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract_tests.mutants.changes import (
    Json,
    answer,
    dumped,
    event,
    instead,
    made,
    names,
    page_of,
    put,
    with_json,
)
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send
from contract_tests.target.target import TOKEN


def _only_said(operation_id: str, field: str, kind: str) -> Change:
    """Report the object as deleted, once for each, and delete nothing."""
    said: set[str] = set()

    def answer(asked: dict[str, Any]) -> ProxyResponse | None:
        id_ = asked.get(field)
        if not isinstance(id_, str) or id_ in said:
            return None
        said.add(id_)
        return made(200, {"id": id_, "object": f"{kind}.deleted", "deleted": True})

    return instead(operation_id, answer)


class _MountsOfDeleted:
    """A file that was deleted while it was mounted stays in the list of mounted files."""

    def __init__(self) -> None:
        self._mounted: dict[tuple[str, str], Json] = {}
        self._deleted: set[str] = set()

    def __call__(self, request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        if answer.status != 200:
            return answer
        asked = request.json
        key = (str(asked.get("assistant_id")), str(asked.get("file_id")))
        if names("mountAssistantFile", request):
            self._mounted[key] = answer.json
        elif names("unmountAssistantFile", request):
            self._mounted.pop(key, None)
        elif names("deleteFile", request):
            self._deleted.add(key[1])
        elif names("listMountedFiles", request):
            stale = [
                mounted
                for (assistant_id, file_id), mounted in self._mounted.items()
                if assistant_id == key[0] and file_id in self._deleted
            ]
            return with_json(answer, page_of(answer.json, [*answer.json["data"], *stale]))
        return answer


def _status(old: str, new: str) -> Callable[[Json], Json]:
    """Another status, with the time of the end that goes with it."""

    def edit(run: Json) -> Json:
        if run["status"] != old:
            return run
        ended = {f"{old}_at": 0, f"{new}_at": run[f"{old}_at"]} if f"{new}_at" in run else {}
        return {**run, "status": new, **ended}

    return edit


def _back_in_progress(thing: Json) -> Json:
    """Report an ended run or step as in progress again; change no other."""
    if thing["status"] not in ("completed", "cancelled"):
        return thing
    return {**thing, "status": "in_progress", "completed_at": 0, "cancelled_at": 0}


def _all_the_while(operations: str, path: str, body: Callable[[ProxyRequest], Json]) -> Change:
    """Refuse the request correctly, and carry out another one all the same."""

    def answered(request: ProxyRequest, answer: ProxyResponse, send: Send) -> ProxyResponse:
        if answer.status >= 400 and names(operations, request):
            own = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
            send(ProxyRequest("POST", path, own, dumped(body(request)).encode()))
        return answer

    return Change(on_response=answered)


MUTANTS = (
    # ── Deleting ────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-not-deleted",
        "delete that does not delete",
        "A deleted assistant is gone.",
        _only_said("deleteAssistant", "assistant_id", "assistant"),
    ),
    Mutant(
        "thread-not-deleted",
        "delete that does not delete",
        "A deleted thread is gone.",
        _only_said("deleteThread", "thread_id", "thread"),
    ),
    Mutant(
        "file-not-deleted",
        "delete that does not delete",
        "A deleted file is gone.",
        _only_said("deleteFile", "file_id", "file"),
    ),
    Mutant(
        "file-not-unmounted",
        "delete that does not delete",
        "A file that is unmounted is mounted no longer.",
        _only_said("unmountAssistantFile", "file_id", "assistant.file"),
    ),
    Mutant(
        "says-not-deleted",
        "delete that does not delete",
        "A deleted file is said to be deleted.",
        answer("deleteFile", put("deleted", False)),
    ),
    Mutant(
        "deleted-file-still-mounted",
        "delete that does not delete",
        "A deleted file is no longer mounted.",
        Change(on_response=_MountsOfDeleted()),
        caught_by="test_deleted_is_no_longer_mounted",
    ),
    # ── Statuses ────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "completed-goes-back",
        "status astray",
        "A run that has ended does not continue.",
        answer("queryRun", _back_in_progress),
        caught_by="status_goes_no_way_back",
    ),
    Mutant(
        "cancelled-is-completed",
        "status astray",
        "A cancelled run stays cancelled.",
        answer("queryRun cancelRun", _status("cancelled", "completed"), first=1),
    ),
    Mutant(
        "step-never-ends",
        "status astray",
        "The steps of a completed run have completed.",
        answer("queryRunStep", _back_in_progress),
    ),
    Mutant(
        "waits-without-saying",
        "status astray",
        "A run that waits for outputs has the status `requires_action`.",
        answer("createRun queryRun", _status("requires_action", "in_progress")),
    ),
    Mutant(
        "completed-and-waits",
        "status astray",
        "A run that has ended waits for nothing.",
        answer(
            "submitToolOutputs",
            put("required_action", {"type": "submit_tool_outputs", "submit_tool_outputs": None}),
        ),
    ),
    Mutant(
        "cancelled-completes",
        "status astray",
        "A run that is cancelled ends as cancelled, in its stream too.",
        event("run_end", put("details/run_object", _status("cancelled", "completed"))),
    ),
    Mutant(
        "cancel-again-refused",
        "wrong status",
        "Cancelling a cancelled run again answers the run.",
        Change(
            on_response=lambda request, answer, send: (
                made(409, {"error": {"code": "run_ended", "message": "cancelled already"}})
                if names("cancelRun", request)
                and answer.status == 200
                and answer.json["status"] == "cancelled"
                and not request.json.get("sync")
                else answer
            )
        ),
    ),
    # ── Refusing ────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "refused-message-kept",
        "refusal that changes something",
        "A message that is refused is not added.",
        _all_the_while(
            "createMessage",
            "/v2/threads/messages",
            lambda request: {
                "thread_id": request.json.get("thread_id"),
                "role": "user",
                "content": "?",
            },
        ),
    ),
    Mutant(
        "refused-assistant-kept",
        "refusal that changes something",
        "An assistant that is refused is not made.",
        _all_the_while("createAssistant", "/v2/assistants", lambda _: {"name": "x"}),
    ),
    Mutant(
        "refused-update-kept",
        "refusal that changes something",
        "An update that is refused changes nothing.",
        _all_the_while(
            "updateAssistant",
            "/v2/assistants/update",
            lambda request: {
                "assistant_id": request.json.get("assistant_id"),
                "chat_instructions": "?",
            },
        ),
    ),
    Mutant(
        "deleted-without-token",
        "refusal that changes something",
        "Without a token nothing is deleted.",
        _all_the_while("deleteThread", "/v2/threads/delete", lambda request: request.json),
    ),
    Mutant(
        "refused-run-speaks",
        "refusal that changes something",
        "A run that is refused adds no message.",
        _all_the_while(
            "createRun",
            "/v2/threads/messages",
            lambda request: {
                "thread_id": request.json.get("thread_id"),
                "role": "user",
                "content": "?",
            },
        ),
    ),
    Mutant(
        "wrong-output-cancels",
        "refusal that changes something",
        "A run that is given a wrong output waits on.",
        _all_the_while(
            "submitToolOutputs",
            "/v2/threads/runs/cancel",
            lambda request: {
                "thread_id": request.json.get("thread_id"),
                "run_id": request.json.get("run_id"),
            },
        ),
    ),
)
