# Written by scripts/unasync.py from _async/resources/raw.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The resources again, for responses as they came: see `with_raw_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants._sync._caller import RawCaller, raw

from .assistants import Assistants
from .threads import Threads

if TYPE_CHECKING:
    from .files import Files
    from .messages import Messages
    from .runs import Runs
    from .steps import Steps


class RawAppBuilder:
    """The calls of a client, with the responses as they came: see `with_raw_response`."""

    def __init__(self, caller: RawCaller) -> None:
        self.assistants = RawAssistants(Assistants(caller))
        self.threads = RawThreads(Threads(caller))


class RawAssistants:
    """Assistants (助手), with the responses as they came."""

    def __init__(self, assistants: Assistants) -> None:
        self.files = RawFiles(assistants.files)
        self.create = raw(assistants.create)
        self.update = raw(assistants.update)
        self.list = raw(assistants.list)
        self.query = raw(assistants.query)
        self.delete = raw(assistants.delete)
        self.mount_files = raw(assistants.mount_files)
        self.mounted_files_list = raw(assistants.mounted_files_list)
        self.unmount_files = raw(assistants.unmount_files)


class RawFiles:
    """Files (文件), with the responses as they came."""

    def __init__(self, files: Files) -> None:
        self.create = raw(files.create)
        self.list = raw(files.list)
        self.query = raw(files.query)
        self.delete = raw(files.delete)


class RawThreads:
    """Threads (会话), with the responses as they came."""

    def __init__(self, threads: Threads) -> None:
        self.messages = RawMessages(threads.messages)
        self.runs = RawRuns(threads.runs)
        self.create = raw(threads.create)
        self.query = raw(threads.query)
        self.update = raw(threads.update)
        self.delete = raw(threads.delete)


class RawMessages:
    """Messages (消息), with the responses as they came."""

    def __init__(self, messages: Messages) -> None:
        self.create = raw(messages.create)
        self.update = raw(messages.update)
        self.list = raw(messages.list)
        self.query = raw(messages.query)
        self.files = raw(messages.files)


class RawRuns:
    """Runs (运行), with the responses as they came."""

    def __init__(self, runs: Runs) -> None:
        self.steps = RawSteps(runs.steps)
        self.run = raw(runs.run)
        self.submit_tool_outputs = raw(runs.submit_tool_outputs)
        self.cancel = raw(runs.cancel)
        self.list = raw(runs.list)
        self.query = raw(runs.query)


class RawSteps:
    """Steps (步骤), with the responses as they came."""

    def __init__(self, steps: Steps) -> None:
        self.list = raw(steps.list)
        self.query = raw(steps.query)
