from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from appbuilder_assistants import _operations as ops

from ._caller import AsyncCaller
from .messages import AsyncMessages
from .runs import AsyncRuns

if TYPE_CHECKING:
    from appbuilder_assistants.types import AssistantMessage, Json, Thread


class AsyncThreads:
    """Threads (会话): each an ordered history of messages."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller
        self.messages = AsyncMessages(caller)
        self.runs = AsyncRuns(caller)

    async def create(self, messages: Sequence[AssistantMessage | Json] | None = None) -> Thread:
        """Create a thread, empty or with its first messages.  (createThread)"""
        return await self._caller.run(ops.threads_create(messages=messages))
