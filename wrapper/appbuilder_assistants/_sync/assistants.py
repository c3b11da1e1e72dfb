# Written by scripts/unasync.py from _async/assistants.py; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._operations import assistants as ops

from ._caller import Caller

if TYPE_CHECKING:
    from appbuilder_assistants._tools.toolbox import ToolDescription
    from appbuilder_assistants.types import (
        Assistant,
        AssistantFile,
        AssistantFileList,
        AssistantList,
        Deleted,
    )

    from .files import Files


class Assistants:
    """Assistants (助手): the instructions, tools and files that runs work with."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @cached_property
    def files(self) -> Files:
        """Files (文件)."""
        from .files import Files

        return Files(self._caller)

    def create(
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

        The name has 1 to 128 characters: Chinese ideographs, ASCII letters, digits, `_`, `-`.
        An argument that is None is left to the service. Not retried after a lost reply, because
        the assistant may exist.  (createAssistant)
        """
        call = ops.assistants_create(
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
        return self._caller.run(call)

    def update(
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
        empty `metadata` changes nothing, as recorded; what else that is empty does is not
        known.  (updateAssistant)
        """
        call = ops.assistants_update(
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
        return self._caller.run(call)

    def list(
        self,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> AssistantList:
        """One page of assistants: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are assistant ids that bound the page.  (listAssistants)
        """
        call = ops.assistants_list(limit=limit, order=order, after=after, before=before)
        return self._caller.run(call)

    def list_all(
        self,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[Assistant]:
        """Every assistant, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.  (listAssistants)
        """
        return self._caller.each(
            lambda after_, before_: ops.assistants_list(
                limit=page_size, order=order, after=after_, before=before_
            ),
            after,
            before,
            order,
        )

    def query(self, assistant_id: str) -> Assistant:
        """Look an assistant up.  (queryAssistant)"""
        return self._caller.run(ops.assistants_query(assistant_id=assistant_id))

    def delete(self, assistant_id: str) -> Deleted:
        """Delete an assistant.  (deleteAssistant)"""
        return self._caller.run(ops.assistants_delete(assistant_id=assistant_id))

    def mount_files(self, assistant_id: str, file_id: str) -> AssistantFile:
        """Mount a file on an assistant.  (mountAssistantFile)"""
        call = ops.assistants_mount_files(assistant_id=assistant_id, file_id=file_id)
        return self._caller.run(call)

    def mounted_files_list(
        self,
        assistant_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> AssistantFileList:
        """One page of an assistant's files: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are file ids that bound the page.  (listMountedFiles)
        """
        call = ops.assistants_mounted_files_list(
            assistant_id=assistant_id, limit=limit, order=order, after=after, before=before
        )
        return self._caller.run(call)

    def mounted_files_list_all(
        self,
        assistant_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[AssistantFile]:
        """Every file of an assistant, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.  (listMountedFiles)
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

    def unmount_files(self, assistant_id: str, file_id: str) -> Deleted:
        """Take a file off an assistant. The file itself stays.  (unmountAssistantFile)"""
        call = ops.assistants_unmount_files(assistant_id=assistant_id, file_id=file_id)
        return self._caller.run(call)
