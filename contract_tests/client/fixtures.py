"""Objects of a client's own, that requests may name and that nothing else touches."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from contract_tests.spec.document import Document
from contract_tests.spec.samples import ON_WAITING_RUNS, QUESTION, WEATHER, only_call

from .client import CheckedClient

FRESH = 120.0  # seconds; the official documents say nothing of how long a run waits
UNLIMITED = {"limit": 2147483647}


@dataclass(frozen=True)
class OwnedObjects:
    """One of each, by the field that names it; and a run that waits, with the call to answer."""

    ids: dict[str, str]
    waiting: dict[str, str]
    call_id: str
    document: Document

    def body(self, operation_id: str) -> dict[str, Any]:
        """The operation's example, about these objects."""
        ids = {**self.ids, **(self.waiting if operation_id in ON_WAITING_RUNS else {})}
        example = self.document.example(operation_id)
        body = {name: ids.get(name, value) for name, value in example.items()}
        if "tool_outputs" in body:
            body["tool_outputs"] = [{"tool_call_id": self.call_id, "output": "晴"}]
        return body

    def seen(self, client: CheckedClient) -> list[dict[str, Any]]:
        """The answers of look-ups and lists about them, and about all assistants and files."""
        names = ("thread_id", "message_id")
        message = {name: self.ids[name] for name in names}
        run = {"thread_id": self.ids["thread_id"], "run_id": self.ids["run_id"]}
        looks: list[tuple[str, dict[str, Any]]] = [
            ("listAssistants", UNLIMITED),
            ("listFiles", {}),
            ("listMountedFiles", {"assistant_id": self.ids["assistant_id"]}),
            ("queryThread", {"thread_id": self.ids["thread_id"]}),
            ("listMessages", {"thread_id": self.ids["thread_id"]}),
            ("listMessageFiles", message),
            ("listRuns", {"thread_id": self.ids["thread_id"]}),
            ("listRunSteps", run),
            ("listMessages", {"thread_id": self.waiting["thread_id"]}),
            ("queryRun", self.waiting),
        ]
        return [client.call(operation_id, body) for operation_id, body in looks]


class RenewedObjects:
    """Objects that are replaced when they get old: a run does not wait for its outputs for ever."""

    def __init__(self, client: CheckedClient) -> None:
        self._client = client
        self._made: OwnedObjects | None = None
        self._failed: Exception | None = None
        self._began = 0.0

    def get(self) -> OwnedObjects:
        """Objects with a run that still waits. A failed creation is not tried again."""
        if self._failed is not None:
            raise self._failed
        now = time.monotonic()
        if self._made is None or now - self._began > FRESH:
            self._began = now
            try:
                self._made = make_owned_objects(self._client)
            except Exception as error:
                self._failed = error
                raise
        return self._made


def files(client: CheckedClient, count: int) -> list[str]:
    """The ids of new files, because some servers look up each file that a request names."""
    return [client.upload(f"{number}.txt", b"", "text/plain")["id"] for number in range(count)]


def make_owned_objects(client: CheckedClient) -> OwnedObjects:
    """Make one object of each kind."""
    assistant_id = client.call("createAssistant", {"name": "助手"})["id"]
    file_id = client.upload("说明.txt", "你好世界".encode(), "text/plain")["id"]
    client.call("mountAssistantFile", {"assistant_id": assistant_id, "file_id": file_id})
    run = client.call("createRun", {"assistant_id": assistant_id, "thread": QUESTION})
    thread_id = run["thread_id"]
    message = {"thread_id": thread_id, "role": "user", "content": "明天呢？"}
    message_id = client.call("createMessage", {**message, "file_ids": [file_id]})["id"]
    body = {"assistant_id": assistant_id, "thread": QUESTION, "tools": [WEATHER]}
    waiting = client.call("createRun", body)
    return OwnedObjects(
        ids={
            "assistant_id": assistant_id,
            "file_id": file_id,
            "thread_id": thread_id,
            "message_id": message_id,
            "run_id": run["id"],
            "step_id": "step-1",
        },
        waiting={"thread_id": waiting["thread_id"], "run_id": waiting["id"]},
        call_id=only_call(waiting)["id"],
        document=client.document,
    )
