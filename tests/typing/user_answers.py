"""A user's program about the answers of each operation, read as user_program.py is.

Never run: mypy and pyright read it, by `make type` and by the test beside it. Every line that is
wrong on purpose carries an `ignore` for both, and both complain about one that is not needed.
"""

# ruff: noqa: T201
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from appbuilder_assistants import (
    AppBuilder,
    AssistantStreamManager,
    AsyncAppBuilder,
    AsyncAssistantStreamManager,
    AsyncRunStream,
    RunStream,
)
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
    MessageFile,
    MessageFileList,
    MessageList,
    RunList,
    RunResult,
    RunStep,
    RunStepList,
    Thread,
)
from typing_extensions import assert_type


def answers_have_plain_types(client: AppBuilder) -> None:
    x: str = client.threads.runs.query(thread_id="t", run_id="r").model
    created: int = client.threads.create().created_at
    more: bool = client.threads.runs.list("t").has_more
    step_type: str | None = client.threads.runs.steps.query("t", "r", "s").type
    answer: str = client.text(client.threads.runs.run("a", "t"))
    print(x, created, more, step_type, answer)

    wrong: int = client.threads.runs.query("t", "r").model  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    client.threads.runs.query("t", "r").modell  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    client.threads.run  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    print(wrong)


def each_operation_has_its_answer(client: AppBuilder) -> None:
    assert_type(client.assistants.create("a"), Assistant)
    assert_type(client.threads.create(), Thread)
    assert_type(client.threads.messages.create("t", "c"), Message)
    assert_type(client.threads.runs.run("a", "t"), RunResult)
    assert_type(client.threads.runs.stream_run("a", "t"), RunStream)
    assert_type(client.threads.runs.submit_tool_outputs("r", "t", []), RunResult)
    assert_type(client.threads.runs.cancel("r", "t"), RunResult)
    assert_type(client.threads.runs.list("t"), RunList)
    assert_type(list(client.threads.runs.list("t")), list[RunResult])
    assert_type(client.threads.runs.query("t", "r"), RunResult)
    assert_type(client.threads.runs.steps.list("t", "r"), RunStepList)
    assert_type(client.threads.runs.steps.query("t", "r", "s"), RunStep)
    assert_type(client.assistants.update("a"), Assistant)
    assert_type(client.assistants.list(), AssistantList)
    assert_type(client.assistants.query("a"), Assistant)
    assert_type(client.assistants.delete("a"), Deleted)
    assert_type(client.assistants.mount_files("a", "f"), AssistantFile)
    assert_type(client.assistants.mounted_files_list("a"), AssistantFileList)
    assert_type(client.assistants.unmount_files("a", "f"), Deleted)
    assert_type(client.assistants.files.create("path"), File)
    assert_type(client.assistants.files.list(), FileList)
    assert_type(client.assistants.files.query("f"), File)
    assert_type(client.assistants.files.delete("f"), Deleted)
    assert_type(client.assistants.files.download("f"), Path)
    assert_type(client.assistants.files.content("f"), FileContent)
    assert_type(client.threads.query("t"), Thread)
    assert_type(client.threads.update("t", {}), Thread)
    assert_type(client.threads.delete("t"), Deleted)
    assert_type(client.threads.messages.update("t", "m"), Message)
    assert_type(client.threads.messages.list("t"), MessageList)
    assert_type(client.threads.messages.query("t", "m"), Message)
    assert_type(client.threads.messages.files("t", "m"), MessageFileList)
    assert_type(client.threads.runs.stream_run_with_handler("a", "t"), AssistantStreamManager)
    assert_type(client.assistants.list_all(), Iterator[Assistant])
    assert_type(client.assistants.mounted_files_list_all("a"), Iterator[AssistantFile])
    assert_type(client.assistants.files.list_all(), Iterator[File])
    assert_type(client.threads.messages.list_all("t"), Iterator[Message])
    assert_type(client.threads.messages.files_all("t", "m"), Iterator[MessageFile])
    assert_type(client.threads.runs.list_all("t"), Iterator[RunResult])
    assert_type(client.threads.runs.steps.list_all("t", "r"), Iterator[RunStep])


async def each_operation_is_awaited(client: AsyncAppBuilder) -> None:
    assert_type(await client.assistants.create("a"), Assistant)
    assert_type(await client.threads.create(), Thread)
    assert_type(await client.threads.messages.create("t", "c"), Message)
    assert_type(await client.threads.runs.run("a", "t"), RunResult)
    assert_type(client.threads.runs.stream_run("a", "t"), AsyncRunStream)
    assert_type(await client.threads.runs.submit_tool_outputs("r", "t", []), RunResult)
    assert_type(await client.threads.runs.cancel("r", "t"), RunResult)
    assert_type(await client.threads.runs.list("t"), RunList)
    assert_type(list(await client.threads.runs.list("t")), list[RunResult])
    assert_type(await client.threads.runs.query("t", "r"), RunResult)
    assert_type(await client.threads.runs.steps.list("t", "r"), RunStepList)
    assert_type(await client.threads.runs.steps.query("t", "r", "s"), RunStep)
    assert_type(await client.assistants.update("a"), Assistant)
    assert_type(await client.assistants.list(), AssistantList)
    assert_type(await client.assistants.query("a"), Assistant)
    assert_type(await client.assistants.delete("a"), Deleted)
    assert_type(await client.assistants.mount_files("a", "f"), AssistantFile)
    assert_type(await client.assistants.mounted_files_list("a"), AssistantFileList)
    assert_type(await client.assistants.unmount_files("a", "f"), Deleted)
    assert_type(await client.assistants.files.create("path"), File)
    assert_type(await client.assistants.files.list(), FileList)
    assert_type(await client.assistants.files.query("f"), File)
    assert_type(await client.assistants.files.delete("f"), Deleted)
    assert_type(await client.assistants.files.download("f"), Path)
    assert_type(await client.assistants.files.content("f"), FileContent)
    assert_type(await client.threads.query("t"), Thread)
    assert_type(await client.threads.update("t", {}), Thread)
    assert_type(await client.threads.delete("t"), Deleted)
    assert_type(await client.threads.messages.update("t", "m"), Message)
    assert_type(await client.threads.messages.list("t"), MessageList)
    assert_type(await client.threads.messages.query("t", "m"), Message)
    assert_type(await client.threads.messages.files("t", "m"), MessageFileList)
    assert_type(client.threads.runs.stream_run_with_handler("a", "t"), AsyncAssistantStreamManager)
    assert_type(client.assistants.list_all(), AsyncIterator[Assistant])
    assert_type(client.assistants.mounted_files_list_all("a"), AsyncIterator[AssistantFile])
    assert_type(client.assistants.files.list_all(), AsyncIterator[File])
    assert_type(client.threads.messages.list_all("t"), AsyncIterator[Message])
    assert_type(client.threads.messages.files_all("t", "m"), AsyncIterator[MessageFile])
    assert_type(client.threads.runs.list_all("t"), AsyncIterator[RunResult])
    assert_type(client.threads.runs.steps.list_all("t", "r"), AsyncIterator[RunStep])
    client.threads.runs.query("t", "r").model  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
