# Written by scripts/unasync.py from _async/resources/threads.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `threads`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from appbuilder_assistants._operations import threads as ops
from appbuilder_assistants._sync._caller import Resource

if TYPE_CHECKING:
    from appbuilder_assistants.types import AssistantMessage, AssistantMessageDict, Deleted, Thread

    from .messages import Messages
    from .runs import Runs


class Threads(Resource):
    """Threads (会话): each an ordered history of messages."""

    @cached_property
    def messages(self) -> Messages:
        """Messages (消息)."""
        from .messages import Messages

        return Messages(self._caller)

    @cached_property
    def runs(self) -> Runs:
        """Runs (运行)."""
        from .runs import Runs

        return Runs(self._caller)

    def create(
        self, messages: Sequence[AssistantMessage | AssistantMessageDict] | None = None
    ) -> Thread:
        """Create a thread, empty or with its first messages.

        Args:
            messages: The first messages, oldest first.

        (createThread)
        """
        return self._caller.run(ops.threads_create(messages=messages))

    def query(self, thread_id: str) -> Thread:
        """Look a thread up.

        Args:
            thread_id: The thread.

        (queryThread)
        """
        return self._caller.run(ops.threads_query(thread_id=thread_id))

    def update(self, thread_id: str, metadata: Mapping[str, str] | None = None) -> Thread:
        """Give a thread other metadata: all of it, at most 16 pairs.

        None leaves it as it is, and perhaps {} does too: an assistant's stays.

        Args:
            thread_id: The thread.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.

        (updateThread)
        """
        return self._caller.run(ops.threads_update(thread_id=thread_id, metadata=metadata))

    def delete(self, thread_id: str) -> Deleted:
        """Delete a thread.

        Args:
            thread_id: The thread.

        (deleteThread)
        """
        return self._caller.run(ops.threads_delete(thread_id=thread_id))
