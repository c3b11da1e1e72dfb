"""Responses of the right shape with wrong ids or times."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from contract_tests.mutants.changes import Json, answer, body, event, put
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change, ProxyRequest
from contract_tests.spec import document as spec

UNKNOWN = "0" * 32


def _instead_of(old: str, new: str) -> Any:
    """An edit that replaces a field by the value of another one."""
    return lambda value: {**value, old: value[new]}


def _seconds(time: int) -> int:
    return time // 1000


def _suffix_as_type(file: Json) -> Json:
    return {**file, "file_type": file["filename"].rpartition(".")[2]}


def _later(hours: int) -> Any:
    return lambda time: time + hours * 3_600_000 if time else time


def _swapped_times(run: Json) -> Json:
    if not run.get("completed_at"):
        return run
    return {**run, "created_at": run["completed_at"] + 5000}


_OF_EXAMPLES = spec.PATH.read_bytes()
_ID = re.compile(rb"(?:asst|thread|run|msg|chatmsg)_[0-9a-f]{32}")


def _renamed() -> Change:
    """Every id but those of the examples has three more letters, wherever it appears."""

    def renamed(body: bytes) -> bytes:
        return _ID.sub(lambda id_: id_[0] if id_[0] in _OF_EXAMPLES else _longer(id_[0]), body)

    def asked(request: ProxyRequest) -> ProxyRequest:
        return replace(request, body=request.body.replace(b"_XYZ", b"_"))

    return Change(
        on_request=asked,
        on_response=lambda _request, answer, _send: body(renamed)(answer),
        on_events=lambda _request, events: map(renamed, events),
    )


def _longer(id_: bytes) -> bytes:
    return id_.replace(b"_", b"_XYZ")


MUTANTS = (
    # ── Ids ─────────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-id-other",
        "id swapped",
        "The assistant answered is the one asked for.",
        answer("queryAssistant", put("id", f"asst_{UNKNOWN}")),
    ),
    Mutant(
        "run-and-thread-id-swapped",
        "id swapped",
        "A run's id is the run's.",
        answer("queryRun", lambda run: {**run, "id": run["thread_id"], "thread_id": run["id"]}),
    ),
    Mutant(
        "message-thread-other",
        "id swapped",
        "A message is added to the thread that was named.",
        answer("createMessage", put("thread_id", f"thread_{UNKNOWN}")),
    ),
    Mutant(
        "step-of-another-run",
        "id swapped",
        "The steps listed are the run's.",
        answer("listRunSteps", put("data/*/run_id", f"run_{UNKNOWN}")),
    ),
    Mutant(
        "deleted-id-other",
        "id swapped",
        "The object reported as deleted is the one named.",
        answer("deleteAssistant", put("id", f"asst_{UNKNOWN}")),
    ),
    Mutant(
        "mounted-file-other",
        "id swapped",
        "The mounted file is the file that was named.",
        answer("mountAssistantFile", _instead_of("id", "assistant_id")),
    ),
    Mutant(
        "run-of-another-assistant",
        "id swapped",
        "The assistant named is the one that runs, in a stream too.",
        event("run_begin", put("details/run_object/assistant_id", f"asst_{UNKNOWN}")),
    ),
    Mutant(
        "step-event-of-another-run",
        "id swapped",
        "The steps in a stream are its run's.",
        event("tool_step_end", put("details/run_step_object/run_id", f"run_{UNKNOWN}")),
    ),
    Mutant(
        "submitted-run-other",
        "id swapped",
        "The run that continues is the one that waited.",
        answer("submitToolOutputs", put("id", f"run_{UNKNOWN}")),
    ),
    Mutant(
        "answer-message-unknown",
        "id swapped",
        "The message of a final answer is in the thread.",
        answer("createRun", put("final_answer/message/message_id", f"chatmsg_{UNKNOWN}")),
    ),
    Mutant(
        "step-message-unknown",
        "id swapped",
        "A step names the message that it made.",
        answer(
            "listRunSteps queryRunStep",
            put("step_datail/message_creation/message_id", f"chatmsg_{UNKNOWN}"),
        ),
    ),
    Mutant(
        "ids-of-another-form",
        "id swapped",
        "Ids are a word and 32 hexadecimal digits.",
        _renamed(),
        caught_by="ids_have_their_form",
    ),
    # ── Times ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-in-seconds",
        "time wrong",
        "An assistant's time is in milliseconds.",
        answer("createAssistant queryAssistant", put("created_at", _seconds)),
    ),
    Mutant(
        "files-in-milliseconds",
        "time wrong",
        "A file's time is in seconds.",
        answer("createFile queryFile", put("create_at", lambda time: time * 1000)),
        caught_by="times_have_their_unit",
    ),
    Mutant(
        "file-type-is-suffix",
        "wrong enum",
        "A file's type is a kind, not the suffix of its name.",
        answer("queryFile", _suffix_as_type),
        caught_by="file_type_is_a_kind",
    ),
    Mutant(
        "file-id-of-hex-digits",
        "id swapped",
        "A file's id has 15 decimal digits.",
        answer("queryFile", put("id", "file-" + "a" * 32)),
        caught_by="ids_have_their_form",
    ),
    Mutant(
        "messages-in-seconds",
        "time wrong",
        "The times in a list of messages are in milliseconds.",
        answer("listMessages", put("data/*/created_at", _seconds)),
    ),
    Mutant(
        "stream-in-seconds",
        "time wrong",
        "The times in events are in milliseconds.",
        event("run_end", put("details/run_object/completed_at", _seconds)),
    ),
    Mutant(
        "steps-in-microseconds",
        "time wrong",
        "A step's time is in milliseconds.",
        answer("queryRunStep", put("completed_at", lambda time: time * 1000)),
    ),
    Mutant(
        "run-ends-before-it-begins",
        "time wrong",
        "A run was created before it completed.",
        answer("createRun", _swapped_times),
    ),
    Mutant(
        "completed-at-no-time",
        "time wrong",
        "A run that completed says when.",
        answer("queryRun listRuns", put("completed_at", 0)),
    ),
    Mutant(
        "cancelled-and-failed",
        "time wrong",
        "Only the end that a run came to has a time.",
        answer("cancelRun", lambda run: {**run, "failed_at": run["created_at"]}),
    ),
    Mutant(
        "thread-never-created",
        "time wrong",
        "A thread that is there was created at some time.",
        answer("queryThread", put("created_at", 0)),
    ),
    Mutant(
        "message-created-anew",
        "time wrong",
        "A message that is changed keeps the time it was created.",
        answer("updateMessage", put("created_at", _later(1))),
    ),
)
