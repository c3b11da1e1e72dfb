"""The objects that the request examples in openapi.yaml name, made on a target without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
from schemathesis import Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_error
from contract_tests.spec.readings import MODEL
from contract_tests.spec.samples import ON_WAITING_RUNS, QUESTION, WEATHER

from .gateway import Gateway
from .journal import Owner
from .target import UnusableTarget

LONGEST_REASON = 200  # bytes of an answer
ON_MOUNTED_FILES = ("unmountAssistantFile",)


class ExampleObjects:
    """Makes the missing objects, and maps the examples' ids to theirs.

    An object that cannot be made keeps the example's id; `unavailable` has the reason, for the
    tests that need it.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._document = spec.Document()
        self._tried: set[str] = set()
        self.ids: dict[str, str] = {}
        self.first_reason = ""  # why the first thing could not be made

    def make(self) -> dict[str, str]:
        """The ids on the target by those in the examples. Raises UnusableTarget."""
        try:
            if self._gateway.target.other_token is not None:
                listed = self._gateway.post("listFiles", owner="second", json={})
                self._check_token(listed, "second")
            for operation_id, example in self._document.examples():
                self._make_for(operation_id, example)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise UnusableTarget(f"no answer from {self._gateway.target.url}: {reason}") from error
        return self.ids

    def unavailable(self) -> dict[str, str]:
        """The reason why an operation's examples cannot be sent, by operation."""
        missing = self._tried - self.ids.keys()
        return {
            operation_id: self.first_reason
            for operation_id, example in self._document.examples()
            if missing & set(map(str, example.values()))
        }

    def _make_for(self, operation_id: str, example: dict[str, Any]) -> None:
        if name := self._missing(example, "assistant_id"):
            body = {"name": "contract-test"}
            assistant = self._post("createAssistant", body)
            if assistant is None:  # it may need a model, too
                assistant = self._post("createAssistant", {**body, "model": MODEL})
            self._note(name, assistant)
        if name := self._missing(example, "file_id"):
            self._note(name, self._upload())
        if operation_id in ON_MOUNTED_FILES:
            self._post("mountAssistantFile", self._known(example))
        if operation_id in ON_WAITING_RUNS:
            self._waiting_run(example)
        if name := self._missing(example, "thread_id"):
            self._note(name, self._post("createThread", {}))
        if name := self._missing(example, "message_id"):
            body = {**self._known(example), "role": "user", "content": "hello world"}
            self._note(
                name, self._post("createMessage", {**body, "file_ids": [*self._files()][:1]})
            )
        if name := self._missing(example, "run_id"):
            self._note(name, self._run({"thread_id": self.ids.get(example["thread_id"])}))
        if name := self._missing(example, "step_id"):
            steps = self._post("listRunSteps", self._known(example))
            self._note(name, *(steps or {}).get("data", []))

    def _waiting_run(self, example: dict[str, Any]) -> None:
        """A run on a thread of its own, and the call that it waits for."""
        self._tried |= {example["run_id"], example["thread_id"]}
        run = self._run({"tools": [WEATHER]})
        if run is None:
            return
        self._note(example["run_id"], run)
        self.ids[example["thread_id"]] = str(run.get("thread_id"))
        asked = ((run.get("required_action") or {}).get("submit_tool_outputs") or {}).get(
            "tool_calls"
        )
        for output, call in zip(example.get("tool_outputs", ()), asked or (), strict=False):
            self._note(output["tool_call_id"], call)

    def _run(self, more: dict[str, Any]) -> dict[str, Any] | None:
        assistant_id = self.ids.get(self._document.example("createRun")["assistant_id"])
        body = {"assistant_id": assistant_id, "thread": QUESTION, "stream": False}
        return self._post("createRun", {**body, **more})

    def _files(self) -> Iterator[str]:
        for name, id_ in self.ids.items():
            if name.startswith("file-"):
                yield id_

    def _missing(self, example: dict[str, Any], field: str) -> str | None:
        """The example's id that nothing has been made for. A failed creation is not tried again."""
        name = example.get(field)
        if not isinstance(name, str) or name in self.ids or name in self._tried:
            return None
        self._tried.add(name)
        return name

    def _known(self, example: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self.ids.get(value, value)
            for name, value in example.items()
            if name.endswith("_id") and isinstance(value, str)
        }

    def _note(self, name: str, *made: dict[str, Any] | None) -> None:
        if made and isinstance(made[0], dict) and isinstance(made[0].get("id"), str):
            self.ids[name] = made[0]["id"]

    def _post(self, operation_id: str, body: dict[str, Any]) -> dict[str, Any] | None:
        return self._answer(operation_id, json=body)

    def _upload(self) -> dict[str, Any] | None:
        return self._answer(
            "createFile",
            params=spec.query_example("createFile"),
            files={"file": ("说明.txt", "你好世界".encode(), "text/plain")},
        )

    def _answer(self, operation_id: str, **content: Any) -> dict[str, Any] | None:
        """The object, or None when the target refuses or says something unreadable."""
        response = self._gateway.post(operation_id, **content)
        self._check_token(response, "first")
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if isinstance(answer, dict) and not is_error(response):
            return answer
        reason = f"{operation_id}: expected an object, got {_quoted(response)}"
        self.first_reason = self.first_reason or reason
        return None

    def _check_token(self, response: Response, owner: Owner) -> None:
        """Raise UnusableTarget for a token that the target does not take."""
        target = self._gateway.target
        if response.status_code not in (401, 403):
            return
        first = "APPBUILDER_TOKEN" if target.kind == "live" else "TOKEN"
        name = first if owner == "first" else "OTHER_TOKEN"
        raise UnusableTarget(
            f"{target.url} refuses the token: set {name}; it answered {_quoted(response)}"
        )


def _quoted(response: Response) -> str:
    """The status, and what the server said with it."""
    said = response.content[:LONGEST_REASON].decode("utf-8", "replace")
    return f"{response.status_code}: {said}"
