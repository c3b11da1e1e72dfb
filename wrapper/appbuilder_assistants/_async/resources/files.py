# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `assistants.files`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants._async.files import AsyncFileTransfer
from appbuilder_assistants._operations import files as ops

if TYPE_CHECKING:
    from appbuilder_assistants.types import Deleted, File, FileList


class AsyncFiles(AsyncFileTransfer):
    """Files (文件) in the store, to be mounted on assistants or added to messages."""

    async def list(self) -> FileList:
        """All files. This list has no pages.  (listFiles)"""
        return await self._caller.run(ops.files_list())

    async def query(self, file_id: str) -> File:
        """Look a file up: its name, its size, how its audit stands.

        Args:
            file_id: The file.

        (queryFile)
        """
        return await self._caller.run(ops.files_query(file_id=file_id))

    async def delete(self, file_id: str) -> Deleted:
        """Delete a file.

        Args:
            file_id: The file.

        (deleteFile)
        """
        return await self._caller.run(ops.files_delete(file_id=file_id))
