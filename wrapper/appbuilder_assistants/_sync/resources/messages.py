# Written by scripts/unasync.py from _async/resources/messages.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `threads.messages`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._operations import messages as ops
from appbuilder_assistants._sync._caller import Resource

if TYPE_CHECKING:
    from appbuilder_assistants.types import Message, MessageFile, MessageFileList, MessageList


class Messages(Resource):
    """Messages (消息) of a thread."""

    def create(
        self,
        thread_id: str,
        content: str,
        role: Literal["assistant", "user"] = "user",
        file_ids: Sequence[str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Message:
        """Append a message to the end of a thread.

        Whether the service gives `metadata` back is not known. Never repeated after a lost reply,
        which may have appended it.

        Args:
            thread_id: The thread to append to.
            content: The text of the message.
            role: The author of the message. Documented is `user`; the official client allows
                `assistant`, too.
            file_ids: Ids of files, at most 10.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.

        (createMessage)
        """
        return self._caller.run(
            ops.messages_create(
                thread_id=thread_id,
                content=content,
                role=role,
                file_ids=file_ids,
                metadata=metadata,
            )
        )

    def update(
        self,
        thread_id: str,
        message_id: str,
        content: str | None = None,
        file_ids: Sequence[str] | None = None,
    ) -> Message:
        """Change what is named of a message, and nothing else.

        None leaves a field as it is; "" and [] are sent. Whether the service empties the field then
        is not known.

        Args:
            thread_id: The message's thread.
            message_id: The message.
            content: The new text.
            file_ids: Ids of files, at most 10.

        (updateMessage)
        """
        return self._caller.run(
            ops.messages_update(
                thread_id=thread_id, message_id=message_id, content=content, file_ids=file_ids
            )
        )

    def list(
        self,
        thread_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> MessageList:
        """One page of a thread's messages: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are message ids that bound the page.

        Args:
            thread_id: The thread.
            limit: The maximum number of items. Defaults to 20. The bounds here are our choice: the
                largest value that the server accepts is not known, and the official client sends
                2147483647 in one place.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.

        (listMessages)
        """
        return self._caller.run(
            ops.messages_list(
                thread_id=thread_id, limit=limit, order=order, after=after, before=before
            )
        )

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

        Raises ResponseError when the pages have no end, or an item comes again.

        Args:
            thread_id: The thread.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.
            page_size: The `limit` of each page.

        (listMessages)
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
        """Look a message up.

        Args:
            thread_id: The message's thread.
            message_id: The message.

        (queryMessage)
        """
        return self._caller.run(ops.messages_query(thread_id=thread_id, message_id=message_id))

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

        `after` and `before` are file ids that bound the page.

        Args:
            thread_id: The message's thread.
            message_id: The message.
            limit: The maximum number of items. Defaults to 20. The bounds here are our choice: the
                largest value that the server accepts is not known, and the official client sends
                2147483647 in one place.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.

        (listMessageFiles)
        """
        return self._caller.run(
            ops.messages_files(
                thread_id=thread_id,
                message_id=message_id,
                limit=limit,
                order=order,
                after=after,
                before=before,
            )
        )

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

        Raises ResponseError when the pages have no end, or an item comes again.

        Args:
            thread_id: The message's thread.
            message_id: The message.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.
            page_size: The `limit` of each page.

        (listMessageFiles)
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
