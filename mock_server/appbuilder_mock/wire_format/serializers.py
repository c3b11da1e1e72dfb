"""Serializers: stored documents as they look on the wire."""

from __future__ import annotations

import zlib
from typing import Any

from appbuilder_mock.resources.records import DEFAULT_MODEL, TIMES, waiting_calls
from appbuilder_mock.storage.store import Document

APPROVED = 1  # of a file's audit
APPLICATION = "42685563"  # the token's, as recorded

# Fields of a run that its raw response omits.
ECHOED = ("model", "instructions", "thought_instructions", "chat_instructions", "tools", "file_ids")


def text_content(text: str) -> list[Document]:
    """The content of a message, in the list form in use since October 2024."""
    return [{"type": "text", "text": {"value": text, "annotations": []}}]


def assistant(document: Document) -> Document:
    """An assistant without its model, which the real service echoes to an update only."""
    shown = {key: value for key, value in document.items() if key != "model"}
    return {"id": document["id"], "object": "assistant", **shown}


def assistant_updated(document: Document) -> Document:
    """An assistant as the answer to an update: with the model that its runs would use."""
    return {**assistant(document), "model": document["model"] or DEFAULT_MODEL}


def mounted_file(document: Document) -> Document:
    return {"id": document["id"], "object": "assistant.file", **document}


def file_created(document: Document) -> Document:
    """A file as the answer to its upload: without the state of the audit."""
    return {
        "id": document["id"],
        "bytes": document["bytes"],
        "object": "file",
        "purpose": document["purpose"],
        "create_at": document["create_at"] // 1000,  # spelt so on the wire, and in seconds
        "filename": document["filename"],
        "classification_id": APPLICATION,
    }


def file(document: Document) -> Document:
    """A file; every file is approved at once."""
    is_image = document["content_type"].lower().startswith("image/")
    kind = "image" if is_image else "document"  # no other kind was recorded
    return {**file_created(document), "censored": APPROVED, "file_type": kind}


def deleted(kind: str, id_: str) -> Document:
    return {"id": id_, "object": f"{kind}.deleted", "deleted": True}


def thread(document: Document) -> Document:
    return {"id": document["id"], "object": "thread", **document}


def message(document: Document) -> Document:
    return {
        "id": document["id"],
        "object": "thread.message",
        "role": document["role"],
        "content": text_content(document["text"]),
        "created_at": document["created_at"],
        "thread_id": document["thread_id"],
        "assistant_id": document["assistant_id"],
        "run_id": document["run_id"],
        "file_ids": document["file_ids"],
    }


def message_file(document: Document) -> Document:
    return {"id": document["id"], "object": "thread.message.file", **document}


def run_result(run: Document) -> Document:
    """The raw response to a call that advances a run: `run.result`, with the final answer."""
    return {
        "id": run["id"],
        "object": "run.result",
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "status": run["status"],
        "required_action": _required_action(run),
        "last_error": run["last_error"],
        "final_answer": _final_answer(run),
        **{name: run[name] for name in TIMES},
        "log_id": log_id(run),
    }


def run_object(run: Document) -> Document:
    """`thread.run`, as in events: with the echoed fields, without the final answer."""
    return {
        "id": run["id"],
        "object": "thread.run",
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        **{name: run[name] for name in ECHOED},
        "status": run["status"],
        "required_action": _required_action(run),
        "last_error": run["last_error"],
        "final_answer": None,
        **{name: run[name] for name in TIMES},
    }


def run_read(run: Document) -> Document:
    """`thread.run`, as list and query give it: they were seen to lose `started_at`."""
    return {**run_object(run), "started_at": 0}


def step(document: Document) -> Document:
    """A step, in the list's form; june_2024.py has the recorded older one."""
    return {
        "id": document["id"],
        "object": "thread.run.step",
        "assistant_id": document["assistant_id"],
        "thread_id": document["thread_id"],
        "run_id": document["run_id"],
        "status": document["status"],
        **{name: document[name] for name in TIMES},
        "last_error": document["last_error"],
        "type": document["type"],
        "step_datail": _step_detail(document),  # misspelt so on the wire
    }


def step_queried(document: Document) -> Document:
    """A step as query gives it: it was seen to lose `assistant_id`."""
    return {**step(document), "assistant_id": None}


def tool_calls(calls: list[Document]) -> list[Document]:
    """Calls as the caller gets them; the output is there once it was submitted."""
    return [
        {
            "id": call["id"],
            "type": "function",
            "function": {
                name: call[name] for name in ("name", "arguments", "output") if name in call
            },
        }
        for call in calls
    ]


def log_id(run: Document) -> str:
    """A number for the run in the server's log, the same each time."""
    return str(zlib.crc32(run["id"].encode()))


def _required_action(run: Document) -> Document | None:
    if run["status"] != "requires_action":
        return None
    return {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": tool_calls(waiting_calls(run))},
    }


def _final_answer(run: Document) -> Document | None:
    answer: Any = run["answer"]
    if answer is None:
        return None
    return {
        "type": "message",
        "message": {"message_id": answer["id"], "content": text_content(answer["text"])},
    }


def _step_detail(document: Document) -> Document:
    detail: Document = {
        "type": document["type"],
        "message_creation": None,
        "action_info": None,
        "tool_calls": None,
        "tool_info": None,
    }
    if document["type"] == "message_creation":
        detail["message_creation"] = {"message_id": document["message_id"]}
    else:
        calls = document["calls"]
        detail["tool_calls"] = tool_calls(calls)
        detail["tool_info"] = [
            {"type": "function", **{key: call[key] for key in ("name", "arguments", "output")}}
            for call in calls
            if "output" in call
        ]
    detail.update(document.get("details", {}))  # as a scenario says
    return detail
