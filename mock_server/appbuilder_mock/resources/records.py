"""Runs and steps as they are stored; serializers.py has their form on the wire."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.storage.clock import now
from appbuilder_mock.storage.store import Document

TIMES = ("created_at", "started_at", "expired_at", "cancelled_at", "failed_at", "completed_at")
# The newest name that the official client is known to have by default (January 2026). The notebook
# used ERNIE-4.0-8K, which is out of service.
DEFAULT_MODEL = "DeepSeek-V3.1"


def new_run(
    assistant: Document, thread_id: str, body: dict[str, Any], *, id_: str, asked: str
) -> Document:
    """A queued run: fields that the body omits or leaves empty come from the assistant.

    `asked` is the id of the user's message that the run answers.
    """

    def own(name: str) -> Any:
        return body.get(name) or assistant[name]

    return {
        "id": id_,
        "assistant_id": assistant["id"],
        "thread_id": thread_id,
        "model": own("model") or DEFAULT_MODEL,
        "instructions": own("instructions"),
        "thought_instructions": own("thought_instructions"),
        "chat_instructions": own("chat_instructions"),
        "tools": own("tools") or None,
        "file_ids": assistant["file_ids"] or None,
        "status": "queued",
        "last_error": None,
        **_times(),
        # From here on, fields that the wire does not show as they are.
        "asked": asked,
        "calls": [],
        "answer": None,
        "waiting_since": 0,
    }


def new_step(run: Document, number: int, kind: str, **more: Any) -> Document:
    """A step in progress. As recorded, a step does not say when it started."""
    return {
        "id": f"step-{number}",
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "run_id": run["id"],
        "status": "in_progress",
        "last_error": None,
        "type": kind,
        **_times(),
        **more,
    }


def new_call(run: Document, step: int, name: str, arguments: str, index: int = 0) -> Document:
    """The call of a tool, one of a step's; it gets an `output` when one is submitted.

    Of several calls in a step no id was recorded; the first has the form of an only one.
    """
    id_ = f"call-{run['thread_id']}-{run['id']}-step-{step}"
    return {"id": f"{id_}-{index + 1}" if index else id_, "name": name, "arguments": arguments}


def waiting_calls(run: Document) -> list[Document]:
    """The run's calls that have no output yet."""
    return [call for call in run["calls"] if "output" not in call]


def mark_ended(document: Document, status: str, error: Document | None = None) -> None:
    """Set a final status of a run or step, its time, and why it failed."""
    document.update({"status": status, f"{status}_at": now(), "last_error": error})


def _times() -> Document:
    return {**dict.fromkeys(TIMES, 0), "created_at": now()}
