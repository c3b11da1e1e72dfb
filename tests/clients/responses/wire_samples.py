"""The answers in tests/wire_samples: the request of each, and its form in the spec.

A sample is a JSON file: what it `shows`, the `evidence` for its form (the values of x-evidence in
openapi.yaml), the `operation` it answers, its `status` and `body`; or, in place of a body, the
`stream` in a file of its own. `reads` says what the wrapper makes of it; an error names the class
it `raises`. The forms are the service's; ids and texts are made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from tests.clients.bodies import CLOSED, OUTPUTS
from tests.clients.raw_server import answer

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "wire_samples"
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    methods["post"]["operationId"]: methods["post"] for methods in SPEC["paths"].values()
}
EVIDENCE = {"seed", "rec", "sdk", "doc", "unknown"}

Call = Callable[[Any], Any]

# Two operations answer with bytes, which are no sample of a form.
CALLS: dict[str, Call] = {
    "createAssistant": lambda c: c.assistants.create("助手"),
    "updateAssistant": lambda c: c.assistants.update("a", description="新"),
    "listAssistants": lambda c: c.assistants.list(),
    "queryAssistant": lambda c: c.assistants.query("a"),
    "deleteAssistant": lambda c: c.assistants.delete("a"),
    "mountAssistantFile": lambda c: c.assistants.mount_files("a", "f"),
    "listMountedFiles": lambda c: c.assistants.mounted_files_list("a"),
    "unmountAssistantFile": lambda c: c.assistants.unmount_files("a", "f"),
    "createFile": lambda c: c.assistants.files.create("书".encode(), filename="书.txt"),
    "listFiles": lambda c: c.assistants.files.list(),
    "queryFile": lambda c: c.assistants.files.query("f"),
    "deleteFile": lambda c: c.assistants.files.delete("f"),
    "createThread": lambda c: c.threads.create(),
    "queryThread": lambda c: c.threads.query("t"),
    "updateThread": lambda c: c.threads.update("t", {"话题": "天气"}),
    "deleteThread": lambda c: c.threads.delete("t"),
    "createMessage": lambda c: c.threads.messages.create("t", "你好"),
    "updateMessage": lambda c: c.threads.messages.update("t", "m", "你好，世界"),
    "listMessages": lambda c: c.threads.messages.list("t"),
    "queryMessage": lambda c: c.threads.messages.query("t", "m"),
    "listMessageFiles": lambda c: c.threads.messages.files("t", "m"),
    "createRun": lambda c: c.threads.runs.run("a", "t"),
    "submitToolOutputs": lambda c: c.threads.runs.submit_tool_outputs("r", "t", OUTPUTS),
    "cancelRun": lambda c: c.threads.runs.cancel("r", "t"),
    "listRuns": lambda c: c.threads.runs.list("t"),
    "queryRun": lambda c: c.threads.runs.query("t", "r"),
    "listRunSteps": lambda c: c.threads.runs.steps.list("t", "r"),
    "queryRunStep": lambda c: c.threads.runs.steps.query("t", "r", "step-1"),
}
BYTES = {"downloadFile", "readFile"}


def streamed(client: Any) -> list[Any]:
    return list(client.threads.runs.stream_run("a", "t"))


@dataclass(frozen=True)
class Sample:
    """One answer of the service."""

    name: str
    shows: str
    evidence: list[str]
    operation: str
    status: int
    reads: dict[str, Any]
    raises: str | None = None
    body: Any = None
    stream: str | None = None

    @property
    def calls(self) -> list[Call]:
        """The ways to ask for it. A run is refused as well where events were asked for."""
        if self.stream:
            return [streamed]
        refused_run = self.raises and self.operation == "createRun"
        return [CALLS[self.operation], *([streamed] if refused_run else [])]

    @property
    def text(self) -> bytes:
        """The stream, as it comes."""
        return (FOLDER / (self.stream or "")).read_bytes()

    @property
    def on_the_wire(self) -> bytes:
        """The whole answer, as HTTP has it."""
        if self.stream:
            return CLOSED + self.text
        status = f"{self.status} {HTTPStatus(self.status).phrase}"
        return answer(self.body, status, connection="close")

    def events(self) -> list[tuple[str, str]]:
        """Name and data of every event of the stream, read as plainly as can be."""
        found = []
        for block in self.text.decode("utf-8").split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if line[:1].isalpha())
            if fields:
                found.append((fields["event"], fields["data"]))
        return found

    def problems(self) -> list[str]:
        """The violations of the spec in it."""
        responses = OPERATIONS[self.operation]["responses"]
        response = responses[str(self.status)]
        if "$ref" in response:
            response = SPEC["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
        if self.stream is None:
            return broken_rules(response["content"]["application/json"]["schema"], self.body)
        if self.raises:
            return broken_rules(ERROR, json.loads(self.text))
        event = response["content"]["text/event-stream"]["schema"]["contentSchema"]["items"]
        return [
            problem for name, data in self.events() for problem in event_problems(event, name, data)
        ]


ERROR = {"$ref": "#/components/schemas/ErrorEnvelope"}


def event_problems(schema: dict[str, Any], name: str, data: str) -> list[str]:
    """The problems of an event; its payload is checked by the schema that its name selects."""
    found = broken_rules(schema, {"event": name, "data": data})
    for form in schema["oneOf"]:
        if form["properties"]["event"]["const"] == name and "data" in form["properties"]:
            found += broken_rules(form["properties"]["data"]["contentSchema"], json.loads(data))
    return found


def broken_rules(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {"components": SPEC["components"], **schema}
    errors = jsonschema_rs.Draft202012Validator(whole).iter_errors(value)
    return [f"{error.instance_path}: {error.message}" for error in errors]


def read(path: Path) -> Sample:
    return Sample(path.stem, **json.loads(path.read_text("utf-8")))


SAMPLES = [read(path) for path in sorted(FOLDER.glob("*.json"))]
