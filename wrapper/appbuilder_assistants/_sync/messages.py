# Written by scripts/unasync.py from _async/messages.py; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._operations import messages as ops

from ._caller import Caller

if TYPE_CHECKING:
    from appbuilder_assistants.types import Message, MessageFile, MessageFileList, MessageList


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
        metadata: Mapping[str, str] | None = None,
    ) -> Message:
        """Append a message to the end of a thread.

        Whether the service gives `metadata` back is not known. Never repeated after a lost
        reply, which may have appended it.  (createMessage)
        """
        call = ops.messages_create(
            thread_id=thread_id, content=content, role=role, file_ids=file_ids, metadata=metadata
        )
        return self._caller.run(call)

    def update(
        self,
        thread_id: str,
        message_id: str,
        content: str | None = None,
        file_ids: Sequence[str] | None = None,
    ) -> Message:
        """Change what is named of a message, and nothing else.

        None leaves a field as it is; "" and [] are sent. Whether the service empties the field
        then is not known.  (updateMessage)
        """
        call = ops.messages_update(
            thread_id=thread_id, message_id=message_id, content=content, file_ids=file_ids
        )
        return self._caller.run(call)

    def list(
        self,
        thread_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> MessageList:
        """One page of a thread's messages: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are message ids that bound the page.  (listMessages)
        """
        call = ops.messages_list(
            thread_id=thread_id, limit=limit, order=order, after=after, before=before
        )
        return self._caller.run(call)

    def list_all(
        self,
        thread_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[Message]:
        """Every message of a thread, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.  (listMessages)
        """
        return self._caller.each(
            lambda after_, before_: ops.messages_list(
                thread_id=thread_id, limit=page_size, order=order, after=after_, before=before_
            ),
            after,
            before,
            order,
        )

    def query(self, thread_id: str, message_id: str) -> Message:
        """Look a message up.  (queryMessage)"""
        call = ops.messages_query(thread_id=thread_id, message_id=message_id)
        return self._caller.run(call)

    def files(
        self,
        thread_id: str,
        message_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> MessageFileList:
        """One page of a message's files: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are file ids that bound the page.  (listMessageFiles)
        """
        call = ops.messages_files(
            thread_id=thread_id,
            message_id=message_id,
            limit=limit,
            order=order,
            after=after,
            before=before,
        )
        return self._caller.run(call)

    def files_all(
        self,
        thread_id: str,
        message_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[MessageFile]:
        """Every file of a message, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.  (listMessageFiles)
        """
        return self._caller.each(
            lambda after_, before_: ops.messages_files(
                thread_id=thread_id,
                message_id=message_id,
                limit=page_size,
                order=order,
                after=after_,
                before=before_,
            ),
            after,
            before,
            order,
        )
