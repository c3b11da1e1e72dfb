# Written by `make generate` from openapi.yaml; do not edit.
"""The resources again, for responses as they came: see `with_raw_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants._async._caller import AsyncRawCaller, araw

from .assistants import AsyncAssistants
from .threads import AsyncThreads

if TYPE_CHECKING:
    from .files import AsyncFiles
    from .messages import AsyncMessages
    from .runs import AsyncRuns
    from .steps import AsyncSteps


class AsyncRawAppBuilder:
    """The calls of a client, with the responses as they came: see `with_raw_response`."""

    def __init__(self, caller: AsyncRawCaller) -> None:
        self.assistants = AsyncRawAssistants(AsyncAssistants(caller))
        self.threads = AsyncRawThreads(AsyncThreads(caller))


class AsyncRawAssistants:
    """Assistants (助手), with the responses as they came."""

    def __init__(self, assistants: AsyncAssistants) -> None:
        self.files = AsyncRawFiles(assistants.files)
        self.create = araw(assistants.create)
        self.update = araw(assistants.update)
        self.list = araw(assistants.list)
        self.query = araw(assistants.query)
        self.delete = araw(assistants.delete)
        self.mount_files = araw(assistants.mount_files)
        self.mounted_files_list = araw(assistants.mounted_files_list)
        self.unmount_files = araw(assistants.unmount_files)


class AsyncRawFiles:
    """Files (文件), with the responses as they came."""

    def __init__(self, files: AsyncFiles) -> None:
        self.create = araw(files.create)
        self.list = araw(files.list)
        self.query = araw(files.query)
        self.delete = araw(files.delete)


class AsyncRawThreads:
    """Threads (会话), with the responses as they came."""

    def __init__(self, threads: AsyncThreads) -> None:
        self.messages = AsyncRawMessages(threads.messages)
        self.runs = AsyncRawRuns(threads.runs)
        self.create = araw(threads.create)
        self.query = araw(threads.query)
        self.update = araw(threads.update)
        self.delete = araw(threads.delete)


class AsyncRawMessages:
    """Messages (消息), with the responses as they came."""

    def __init__(self, messages: AsyncMessages) -> None:
        self.create = araw(messages.create)
        self.update = araw(messages.update)
        self.list = araw(messages.list)
        self.query = araw(messages.query)
        self.files = araw(messages.files)


class AsyncRawRuns:
    """Runs (运行), with the responses as they came."""

    def __init__(self, runs: AsyncRuns) -> None:
        self.steps = AsyncRawSteps(runs.steps)
        self.run = araw(runs.run)
        self.submit_tool_outputs = araw(runs.submit_tool_outputs)
        self.cancel = araw(runs.cancel)
        self.list = araw(runs.list)
        self.query = araw(runs.query)


class AsyncRawSteps:
    """Steps (步骤), with the responses as they came."""

    def __init__(self, steps: AsyncSteps) -> None:
        self.list = araw(steps.list)
        self.query = araw(steps.query)
