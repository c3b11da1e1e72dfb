"""Every operation as a user calls it, and everything that reads more than one answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appbuilder_assistants import NoTextError
from appbuilder_assistants.types import (
    Assistant,
    AssistantFile,
    AssistantFileList,
    AssistantList,
    Deleted,
    File,
    FileContent,
    FileList,
    Message,
    MessageFileList,
    MessageList,
    RunList,
    RunResult,
    RunStep,
    RunStepList,
    Thread,
)

from tests.clients.bodies import OUTPUTS

Call = Callable[[Any, Path], Any]


@dataclass(frozen=True)
class Operation:
    """A call of a client, given an empty folder, and its documented result.

    `kind` is the shape of its first answer: "json", "pages", "stream" or "file". Iterators
    become lists here, and `returns` is the type of an item. `then` names the operations that
    follow, if it consists of several. One with a `deadline`, in seconds, may also
    exceed it.
    """

    operation_id: str
    call: Call
    returns: type
    kind: str = "json"
    then: tuple[str, ...] = ()
    deadline: float | None = None


# A stream that breaks off is looked up.
LOOK_UPS = ("queryRun", "listMessages", "queryMessage")
TOOLS = ("createRun", "submitToolOutputs", "queryRun", "cancelRun")
SOON = 0.3


def _streamed(client: Any, folder: Path) -> Any:
    with client.threads.runs.stream_run("a", "t") as stream:
        for _ in stream:
            str(stream.snapshot), stream.snapshot.messages
    return stream.snapshot


def _lenses(client: Any, folder: Path) -> Any:
    stream = client.threads.runs.stream_run("a", "t")
    assert "".join(stream.text) == "".join(stream.messages.values())
    assert isinstance(stream.final_run(), RunResult)
    with suppress(NoTextError):
        assert isinstance(stream.final_text(), str)
    return stream.snapshot


def _handled(client: Any, folder: Path) -> Any:
    manager = client.threads.runs.stream_run_with_handler("a", "t")
    manager.until_done()
    return manager.snapshot


def weather(city: str = "北京") -> str:
    """查询一个城市的天气"""
    return "晴"


def _with_tools(client: Any, folder: Path) -> Any:
    return client.threads.runs.run_with_tools(
        "a", "t", tools=[weather], max_rounds=2, deadline=SOON
    )


def _streamed_with_tools(client: Any, folder: Path) -> Any:
    runs = client.threads.runs
    with runs.stream_run_with_tools("a", "t", tools=[weather], max_rounds=2) as stream:
        stream.until_done()
    return stream.snapshot


def _waited(client: Any, folder: Path) -> Any:
    return client.threads.runs.wait("t", "r", first_delay=0.01, max_delay=0.01, deadline=SOON)


OPERATIONS: dict[str, Operation] = {
    "assistants.create": Operation(
        "createAssistant", lambda c, _: c.assistants.create("n"), Assistant
    ),
    "assistants.update": Operation(
        "updateAssistant", lambda c, _: c.assistants.update("a"), Assistant
    ),
    "assistants.list": Operation("listAssistants", lambda c, _: c.assistants.list(), AssistantList),
    "assistants.list_all": Operation(
        "listAssistants", lambda c, _: list(c.assistants.list_all()), Assistant, "pages"
    ),
    "assistants.query": Operation(
        "queryAssistant", lambda c, _: c.assistants.query("a"), Assistant
    ),
    "assistants.delete": Operation(
        "deleteAssistant", lambda c, _: c.assistants.delete("a"), Deleted
    ),
    "assistants.mount_files": Operation(
        "mountAssistantFile", lambda c, _: c.assistants.mount_files("a", "f"), AssistantFile
    ),
    "assistants.mounted_files_list": Operation(
        "listMountedFiles", lambda c, _: c.assistants.mounted_files_list("a"), AssistantFileList
    ),
    "assistants.unmount_files": Operation(
        "unmountAssistantFile", lambda c, _: c.assistants.unmount_files("a", "f"), Deleted
    ),
    "files.create": Operation(
        "createFile", lambda c, _: c.assistants.files.create("文".encode()), File
    ),
    "files.list": Operation("listFiles", lambda c, _: c.assistants.files.list(), FileList),
    "files.list_all": Operation(
        "listFiles", lambda c, _: list(c.assistants.files.list_all(order="desc")), File, "pages"
    ),
    "files.query": Operation("queryFile", lambda c, _: c.assistants.files.query("f"), File),
    "files.delete": Operation("deleteFile", lambda c, _: c.assistants.files.delete("f"), Deleted),
    "files.download": Operation(
        "downloadFile", lambda c, folder: c.assistants.files.download("f", folder), Path, "file"
    ),
    "files.content": Operation(
        "readFile", lambda c, _: c.assistants.files.content("f"), FileContent, "file"
    ),
    "threads.create": Operation("createThread", lambda c, _: c.threads.create(), Thread),
    "threads.query": Operation("queryThread", lambda c, _: c.threads.query("t"), Thread),
    "threads.update": Operation("updateThread", lambda c, _: c.threads.update("t"), Thread),
    "threads.delete": Operation("deleteThread", lambda c, _: c.threads.delete("t"), Deleted),
    "messages.create": Operation(
        "createMessage", lambda c, _: c.threads.messages.create("t", "你好"), Message
    ),
    "messages.update": Operation(
        "updateMessage", lambda c, _: c.threads.messages.update("t", "m"), Message
    ),
    "messages.list": Operation(
        "listMessages", lambda c, _: c.threads.messages.list("t"), MessageList
    ),
    "messages.query": Operation(
        "queryMessage", lambda c, _: c.threads.messages.query("t", "m"), Message
    ),
    "messages.files": Operation(
        "listMessageFiles", lambda c, _: c.threads.messages.files("t", "m"), MessageFileList
    ),
    "runs.run": Operation("createRun", lambda c, _: c.threads.runs.run("a", "t"), RunResult),
    "runs.run_with_tools": Operation(
        "createRun", _with_tools, RunResult, then=TOOLS, deadline=SOON
    ),
    "runs.wait": Operation("queryRun", _waited, RunResult, then=("queryRun",), deadline=SOON),
    "runs.stream_run": Operation("createRun", _streamed, object, "stream", LOOK_UPS),
    "runs.stream_run, lenses": Operation("createRun", _lenses, object, "stream", LOOK_UPS),
    "runs.stream_run_with_handler": Operation("createRun", _handled, object, "stream", LOOK_UPS),
    "runs.stream_run_with_tools": Operation(
        "createRun", _streamed_with_tools, object, "stream", (*TOOLS, *LOOK_UPS)
    ),
    "runs.submit_tool_outputs": Operation(
        "submitToolOutputs",
        lambda c, _: c.threads.runs.submit_tool_outputs("r", "t", OUTPUTS),
        RunResult,
    ),
    "runs.cancel": Operation("cancelRun", lambda c, _: c.threads.runs.cancel("r", "t"), RunResult),
    "runs.list": Operation("listRuns", lambda c, _: c.threads.runs.list("t"), RunList),
    "runs.list_all": Operation(
        "listRuns", lambda c, _: list(c.threads.runs.list_all("t")), RunResult, "pages"
    ),
    "runs.query": Operation("queryRun", lambda c, _: c.threads.runs.query("t", "r"), RunResult),
    "steps.list": Operation(
        "listRunSteps", lambda c, _: c.threads.runs.steps.list("t", "r"), RunStepList
    ),
    "steps.query": Operation(
        "queryRunStep", lambda c, _: c.threads.runs.steps.query("t", "r", "s"), RunStep
    ),
}
