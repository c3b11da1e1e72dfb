# Written by scripts/unasync.py from _async/threads.py; do not edit.

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from appbuilder_assistants import _operations as ops

from ._caller import Caller
from .messages import Messages
from .runs import Runs

if TYPE_CHECKING:
    from appbuilder_assistants.types import AssistantMessage, Json, Thread


class Threads:
    """Threads (会话): each an ordered history of messages."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.messages = Messages(caller)
        self.runs = Runs(caller)

    def create(self, messages: Sequence[AssistantMessage | Json] | None = None) -> Thread:
        """Create a thread, empty or with its first messages.  (createThread)"""
        return self._caller.run(ops.threads_create(messages=messages))
