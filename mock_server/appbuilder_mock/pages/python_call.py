"""An operation as a call of the Python client, for a reader to copy.

The mock does not know the client: its methods are named here, and the tests carry every call out.
"""

from __future__ import annotations

import pprint
import textwrap
from typing import Any

WIDTH = 88

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
# What is in no JSON body.
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
        "with AppBuilder() as client:  # by APPBUILDER_TOKEN and GATEWAY_URL\n"
        f"{textwrap.indent(use, '    ')}\n"
    )


def _written(arguments: dict[str, Any]) -> str:
    written = [f"{name}={_literal(value, len(name) + 9)}" for name, value in arguments.items()]
    line = ", ".join(written)
    if len(line) < WIDTH - 45 and "\n" not in line:
        return line
    return "\n" + "".join(textwrap.indent(f"{one},\n", "    ") for one in written)


def _literal(value: Any, used: int) -> str:
    lines = pprint.pformat(value, width=WIDTH - used, sort_dicts=False).split("\n")
    return "\n".join([lines[0], *lines[1:]])
