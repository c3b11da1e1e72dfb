# Written by scripts/unasync.py from _async/messages.py; do not edit.

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants import _operations as ops

from ._caller import Caller

if TYPE_CHECKING:
    from appbuilder_assistants.types import Message


class Messages:
    """Messages (消息) of a thread."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        thread_id: str,
        content: str,
        role: Literal["assistant", "user"] = "user",
        file_ids: Sequence[str] | None = None,
    ) -> Message:
        """Append a message to the end of a thread.

        Never repeated after a lost answer, which may have appended it.  (createMessage)
        """
        call = ops.messages_create(
            thread_id=thread_id, content=content, role=role, file_ids=file_ids
        )
        return self._caller.run(call)
