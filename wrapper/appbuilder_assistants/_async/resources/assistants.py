# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `assistants`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._async._caller import AsyncResource
from appbuilder_assistants._operations import assistants as ops

if TYPE_CHECKING:
    from appbuilder_assistants._tools.toolbox import ToolDescription
    from appbuilder_assistants.types import (
        Assistant,
        AssistantFile,
        AssistantFileList,
        AssistantList,
        Deleted,
    )

    from .files import AsyncFiles


class AsyncAssistants(AsyncResource):
    """Assistants (助手): the instructions, tools and files that runs work with."""

    @cached_property
    def files(self) -> AsyncFiles:
        """Files (文件)."""
        from .files import AsyncFiles

        return AsyncFiles(self._caller)

    async def create(
        self,
        name: str,
        description: str | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        file_ids: Sequence[str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Assistant:
        """Create an assistant; only its name is required.

        The name has 1 to 128 characters: Chinese ideographs, ASCII letters, digits, `_`, `-`. An
        argument that is None is left to the service. Not retried after a lost reply, because the
        assistant may exist.

        Args:
            name: The name: 1 to 128 Chinese characters, Latin letters, digits, `_` and `-`. Whether
                it is needed is not known.
            description: The assistant's purpose, at most 512 characters.
            model: The model's name. Names change over time, so any is accepted. If it is omitted,
                the server chooses one, unless it requires the field, which is not known.
            response_format: The form of answers. Defaults to `text`.
            instructions: Instructions on behaviour, at most 4096 characters.
            thought_instructions: Instructions on planning, at most 4096 characters.
            chat_instructions: Instructions on wording the answer, at most 4096 characters.
            tools: Functions the assistant may call, at most 10.
            file_ids: Ids of files, at most 10.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.

        (createAssistant)
        """
        return await self._caller.run(
            ops.assistants_create(
                name=name,
                description=description,
                model=model,
                response_format=response_format,
                instructions=instructions,
                thought_instructions=thought_instructions,
                chat_instructions=chat_instructions,
                tools=tools,
                file_ids=file_ids,
                metadata=metadata,
            )
        )

    async def update(
        self,
        assistant_id: str,
        model: str | None = None,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        file_ids: Sequence[str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Assistant:
        """Change what is named, and nothing else.

        None leaves a field as it is; "", [] and {} are sent. Empty `instructions` empty them and
        empty `metadata` changes nothing, as recorded; what else that is empty does is not known.

        Args:
            assistant_id: The assistant to change.
            model: The model's name. Names change over time, so any is accepted. If omitted, it is
                unchanged.
            name: The name: 1 to 128 Chinese characters, Latin letters, digits, `_` and `-`.
            description: The assistant's purpose, at most 512 characters.
            instructions: Instructions on behaviour, at most 4096 characters.
            tools: Functions the assistant may call, at most 10.
            thought_instructions: Instructions on planning, at most 4096 characters.
            chat_instructions: Instructions on wording the answer, at most 4096 characters.
            response_format: The form of answers. If omitted, it is unchanged.
            file_ids: Ids of files, at most 10.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.

        (updateAssistant)
        """
        return await self._caller.run(
            ops.assistants_update(
                assistant_id=assistant_id,
                model=model,
                name=name,
                description=description,
                instructions=instructions,
                tools=tools,
                thought_instructions=thought_instructions,
                chat_instructions=chat_instructions,
                response_format=response_format,
                file_ids=file_ids,
                metadata=metadata,
            )
        )

    async def list(
        self,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> AssistantList:
        """One page of assistants: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are assistant ids that bound the page.

        Args:
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

        (listAssistants)
        """
        return await self._caller.run(
            ops.assistants_list(limit=limit, order=order, after=after, before=before)
        )

    def list_all(
        self,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Assistant]:
        """Every assistant, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.

        Args:
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.
            page_size: The `limit` of each page.

        (listAssistants)
        """
        return self._caller.each(
            lambda after_, before_: ops.assistants_list(
                limit=page_size, order=order, after=after_, before=before_
            ),
            after,
            before,
            order,
        )

    async def query(self, assistant_id: str) -> Assistant:
        """Look an assistant up.

        Args:
            assistant_id: The assistant.

        (queryAssistant)
        """
        return await self._caller.run(ops.assistants_query(assistant_id=assistant_id))

    async def delete(self, assistant_id: str) -> Deleted:
        """Delete an assistant.

        Args:
            assistant_id: The assistant.

        (deleteAssistant)
        """
        return await self._caller.run(ops.assistants_delete(assistant_id=assistant_id))

    async def mount_files(self, assistant_id: str, file_id: str) -> AssistantFile:
        """Mount a file on an assistant.

        Args:
            assistant_id: The assistant.
            file_id: The file.

        (mountAssistantFile)
        """
        return await self._caller.run(
            ops.assistants_mount_files(assistant_id=assistant_id, file_id=file_id)
        )

    async def mounted_files_list(
        self,
        assistant_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> AssistantFileList:
        """One page of an assistant's files: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are file ids that bound the page.

        Args:
            assistant_id: The assistant.
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

        (listMountedFiles)
        """
        return await self._caller.run(
            ops.assistants_mounted_files_list(
                assistant_id=assistant_id, limit=limit, order=order, after=after, before=before
            )
        )

    def mounted_files_list_all(
        self,
        assistant_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[AssistantFile]:
        """Every file of an assistant, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.

        Args:
            assistant_id: The assistant.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.
            page_size: The `limit` of each page.

        (listMountedFiles)
        """
        return self._caller.each(
            lambda after_, before_: ops.assistants_mounted_files_list(
                assistant_id=assistant_id,
                limit=page_size,
                order=order,
                after=after_,
                before=before_,
            ),
            after,
            before,
            order,
        )

    async def unmount_files(self, assistant_id: str, file_id: str) -> Deleted:
        """Take a file off an assistant. The file itself stays.

        Args:
            assistant_id: The assistant.
            file_id: The mounted file.

        (unmountAssistantFile)
        """
        return await self._caller.run(
            ops.assistants_unmount_files(assistant_id=assistant_id, file_id=file_id)
        )
