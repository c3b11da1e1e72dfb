"""Answers of the right shape that say what is not so: ids, times, texts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse
from contract_tests.spec import document as spec

from .changes import GONE, Json, answer, body, both, event, header, put, request, whole
from .mutant import Mutant

UNKNOWN = "0" * 32


def _instead_of(old: str, new: str) -> Any:
    """An edit that puts what another field holds."""
    return lambda value: {**value, old: value[new]}


def _seconds(time: int) -> int:
    return time // 1000


def _suffix_as_type(file: Json) -> Json:
    return {**file, "file_type": file["filename"].rpartition(".")[2]}


def _shorter(text: str) -> str:
    return text[: len(text) // 2]


def _later(hours: int) -> Any:
    return lambda time: time + hours * 3_600_000 if time else time


def _every_part(edit: Any) -> Any:
    """Edit the text of content in any of its forms."""
    return lambda content: [
        {**part, "text": {**part["text"], "value": edit(part["text"]["value"])}} for part in content
    ]


def _other_parts(page: Json) -> Json:
    """The content of the items, each with the next one's."""
    data = page["data"]
    contents = [item["content"] for item in data[1:] + data[:1]]
    moved = [{**item, "content": content} for item, content in zip(data, contents, strict=True)]
    return {**page, "data": moved}


def _swapped_times(run: Json) -> Json:
    if not run.get("completed_at"):
        return run
    return {**run, "created_at": run["completed_at"] + 5000}


def _other_plain_name(answer: ProxyResponse) -> ProxyResponse:
    told = re.sub(r"filename=[^;]*", 'filename="wrong"', answer.headers["content-disposition"])
    return header("content-disposition", told)(answer)


_OF_EXAMPLES = spec.PATH.read_bytes()
_ID = re.compile(rb"(?:asst|thread|run|msg|chatmsg)_[0-9a-f]{32}")


def _renamed() -> Change:
    """Every id but those of the examples has three more letters, wherever it appears."""

    def told(body: bytes) -> bytes:
        return _ID.sub(lambda id_: id_[0] if id_[0] in _OF_EXAMPLES else _longer(id_[0]), body)

    def asked(request: ProxyRequest) -> ProxyRequest:
        return replace(request, body=request.body.replace(b"_XYZ", b"_"))

    return Change(
        on_request=asked,
        on_response=lambda _request, answer, _send: body(told)(answer),
        on_events=lambda _request, events: map(told, events),
    )


def _longer(id_: bytes) -> bytes:
    return id_.replace(b"_", b"_XYZ")


_FILE_NAME = "filename*=UTF-8''"

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
        "What is said to be deleted is what was named.",
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
        "The steps that a stream tells are its run's.",
        event("tool_step_end", put("details/run_step_object/run_id", f"run_{UNKNOWN}")),
    ),
    Mutant(
        "submitted-run-other",
        "id swapped",
        "The run that goes on is the one that waited.",
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
    # ── Texts and other contents ────────────────────────────────────────────────────────────────
    Mutant(
        "answer-not-told",
        "text lost",
        "A run that completed has its answer.",
        answer("createRun", put("final_answer", None)),
    ),
    Mutant(
        "answer-cut",
        "text lost",
        "The final answer is the message in the thread, to its end.",
        answer("createRun", put("final_answer/message/content", _every_part(_shorter))),
    ),
    Mutant(
        "stored-message-cut",
        "text lost",
        "A message is stored to its end.",
        answer("queryMessage", put("content", _every_part(_shorter))),
    ),
    Mutant(
        "chinese-lost",
        "text lost",
        "A text comes back letter by letter, Chinese too.",
        answer(
            "createMessage queryMessage",
            put("content", _every_part(lambda text: text.encode("ascii", "replace").decode())),
        ),
    ),
    Mutant(
        "texts-of-others",
        "text lost",
        "Each message in a list has its own text.",
        answer("listMessages", _other_parts),
    ),
    Mutant(
        "file-cut",
        "text lost",
        "A file comes back to its last byte.",
        whole("downloadFile", body(lambda content: content[:-1])),
    ),
    Mutant(
        "file-end-of-line",
        "text lost",
        "A file comes back byte by byte.",
        whole("readFile", body(lambda content: content.replace(b"\r\n", b"\n"))),
    ),
    Mutant(
        "file-name-lost",
        "text lost",
        "A download has the name of the file.",
        whole("downloadFile", header("content-disposition", f"attachment; {_FILE_NAME}download")),
    ),
    Mutant(
        "plain-file-name-lost",
        "wrong header",
        "A plain file name is also given as `filename`.",
        whole("downloadFile", _other_plain_name),
    ),
    Mutant(
        "plain-name-not-kept",
        "text lost",
        "A name of plain letters and digits is kept.",
        both(
            answer("createFile queryFile", put("filename", "file")),
            answer("listFiles", put("data/*/filename", "file")),
        ),
    ),
    Mutant(
        "purpose-not-kept",
        "text lost",
        "A file is for what its upload says.",
        both(
            answer("createFile queryFile", put("purpose", "fine-tune")),
            answer("listFiles", put("data/*/purpose", "fine-tune")),
        ),
        caught_by="what_was_sent_is_kept",
    ),
    Mutant(
        "instructions-not-kept",
        "text lost",
        "An assistant keeps its instructions.",
        request("createAssistant", put("instructions", "")),
    ),
    Mutant(
        "metadata-not-kept",
        "text lost",
        "A thread keeps the metadata it is given.",
        request("updateThread", put("metadata", GONE)),
    ),
    Mutant(
        "message-files-not-kept",
        "text lost",
        "A message keeps its files.",
        request("createMessage", put("file_ids", GONE)),
    ),
    Mutant(
        "tool-output-lost",
        "text lost",
        "The output that is submitted is kept with the call.",
        request("submitToolOutputs", put("tool_outputs/*/output", "")),
    ),
    Mutant(
        "run-instructions-lost",
        "text lost",
        "The instructions of a run come instead of the assistant's.",
        request("createRun", put("instructions", GONE)),
    ),
    Mutant(
        "update-empties",
        "text lost",
        "What an update leaves out stays as it is.",
        request("updateAssistant", lambda asked: {"instructions": "", **asked}),
    ),
    Mutant(
        "message-update-empties",
        "text lost",
        "An update of a message's files leaves its text.",
        request("updateMessage", lambda asked: {"content": "", **asked}),
    ),
    Mutant(
        "waits-for-nothing",
        "text lost",
        "A run that waits says for what.",
        both(
            answer("createRun", put("required_action", None)),
            event("run_end", put("details/run_object/required_action", None)),
        ),
    ),
)
