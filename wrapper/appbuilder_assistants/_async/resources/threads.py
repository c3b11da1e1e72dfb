# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `threads`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from appbuilder_assistants._async._caller import AsyncResource
from appbuilder_assistants._operations import threads as ops

if TYPE_CHECKING:
    from appbuilder_assistants.types import AssistantMessage, AssistantMessageDict, Deleted, Thread

    from .messages import AsyncMessages
    from .runs import AsyncRuns


class AsyncThreads(AsyncResource):
    """Threads (会话): each an ordered history of messages."""

    @cached_property
    def messages(self) -> AsyncMessages:
        """Messages (消息)."""
        from .messages import AsyncMessages

        return AsyncMessages(self._caller)

    @cached_property
    def runs(self) -> AsyncRuns:
        """Runs (运行)."""
        from .runs import AsyncRuns

        return AsyncRuns(self._caller)

    async def create(
        self, messages: Sequence[AssistantMessage | AssistantMessageDict] | None = None
    ) -> Thread:
        """Create a thread, empty or with its first messages.

        Args:
            messages: The first messages, oldest first.

        (createThread)
        """
        return await self._caller.run(ops.threads_create(messages=messages))

    async def query(self, thread_id: str) -> Thread:
        """Look a thread up.

        Args:
            thread_id: The thread.

        (queryThread)
        """
        return await self._caller.run(ops.threads_query(thread_id=thread_id))

    async def update(self, thread_id: str, metadata: Mapping[str, str] | None = None) -> Thread:
        """Give a thread other metadata: all of it, at most 16 pairs.

        None leaves it as it is, and perhaps {} does too: an assistant's stays.

        Args:
            thread_id: The thread.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.

        (updateThread)
        """
        return await self._caller.run(ops.threads_update(thread_id=thread_id, metadata=metadata))

    async def delete(self, thread_id: str) -> Deleted:
        """Delete a thread.

        Args:
            thread_id: The thread.

        (deleteThread)
        """
        return await self._caller.run(ops.threads_delete(thread_id=thread_id))
