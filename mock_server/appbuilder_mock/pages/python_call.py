"""An operation as a call of the Python client, for a reader to copy.

The mock does not know the client: its methods are named here, and the tests carry every call out.
"""

from __future__ import annotations

import json
import textwrap
from typing import Any

ROOM = 36  # characters on one line; a program has half the page

METHODS = {
    "createAssistant": "assistants.create",
    "updateAssistant": "assistants.update",
    "listAssistants": "assistants.list",
    "queryAssistant": "assistants.query",
    "deleteAssistant": "assistants.delete",
    "mountAssistantFile": "assistants.mount_files",
    "listMountedFiles": "assistants.mounted_files_list",
    "unmountAssistantFile": "assistants.unmount_files",
    "createFile": "assistants.files.create",
    "listFiles": "assistants.files.list",
    "queryFile": "assistants.files.query",
    "deleteFile": "assistants.files.delete",
    "downloadFile": "assistants.files.download",
    "readFile": "assistants.files.content",
    "createThread": "threads.create",
    "queryThread": "threads.query",
    "updateThread": "threads.update",
    "deleteThread": "threads.delete",
    "createMessage": "threads.messages.create",
    "updateMessage": "threads.messages.update",
    "listMessages": "threads.messages.list",
    "queryMessage": "threads.messages.query",
    "listMessageFiles": "threads.messages.files",
    "createRun": "threads.runs.run",
    "submitToolOutputs": "threads.runs.submit_tool_outputs",
    "cancelRun": "threads.runs.cancel",
    "listRuns": "threads.runs.list",
    "queryRun": "threads.runs.query",
    "listRunSteps": "threads.runs.steps.list",
    "queryRunStep": "threads.runs.steps.query",
}
# Arguments that are in no JSON body.
BESIDES = {"createFile": {"file_path": "notes.txt"}, "downloadFile": {"file_path": "."}}


def python_call(operation_id: str, body: dict[str, Any]) -> str | None:
    """A program; None for an operation without a method."""
    method = METHODS.get(operation_id)
    if method is None:
        return None
    arguments = {**body, **BESIDES.get(operation_id, {})}
    if arguments.pop("stream", False):
        method = "threads.runs.stream_run"
    call = f"client.{method}({_written(arguments)})"
    if method.endswith("stream_run"):
        use = f"with {call} as stream:\n    for event in stream:\n        print(event)"
    else:
        use = f"answer = {call}\nprint(answer)"
    return (
        "from appbuilder_assistants import AppBuilder\n\n"
        "with AppBuilder() as client:\n"
        f"{textwrap.indent(use, '    ')}\n"
    )


def _written(arguments: dict[str, Any]) -> str:
    """`name="x", limit=5`, or a line for each argument where they are long."""
    written = [f"{name}={_literal(value)}" for name, value in arguments.items()]
    line = ", ".join(written)
    if len(line) <= ROOM and "\n" not in line:
        return line
    return "\n" + "".join(f"{textwrap.indent(one, '    ')},\n" for one in written)


def _literal(value: Any) -> str:
    """A value as Python, with double quotes, and in several lines where it is long."""
    match value:
        case dict():
            parts = [f"{_literal(key)}: {_literal(part)}" for key, part in value.items()]
            return _enclosed("{", parts, "}")
        case list():
            return _enclosed("[", list(map(_literal, value)), "]")
        case str():
            return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _enclosed(begin: str, parts: list[str], end: str) -> str:
    line = begin + ", ".join(parts) + end
    if len(line) <= ROOM and "\n" not in line:
        return line
    lines = "".join(f"{textwrap.indent(part, '    ')},\n" for part in parts)
    return f"{begin}\n{lines}{end}"
