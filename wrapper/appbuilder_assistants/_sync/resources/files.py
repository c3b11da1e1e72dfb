# Written by scripts/unasync.py from _async/resources/files.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `assistants.files`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants._operations import files as ops
from appbuilder_assistants._sync.files import FileTransfer

if TYPE_CHECKING:
    from appbuilder_assistants.types import Deleted, File, FileList


class Files(FileTransfer):
    """Files (文件) in the store, to be mounted on assistants or added to messages."""

    def list(self) -> FileList:
        """All files. This list has no pages.  (listFiles)"""
        return self._caller.run(ops.files_list())

    def query(self, file_id: str) -> File:
        """Look a file up: its name, its size, how its audit stands.

        Args:
            file_id: The file.

        (queryFile)
        """
        return self._caller.run(ops.files_query(file_id=file_id))

    def delete(self, file_id: str) -> Deleted:
        """Delete a file.

        Args:
            file_id: The file.

        (deleteFile)
        """
        return self._caller.run(ops.files_delete(file_id=file_id))
