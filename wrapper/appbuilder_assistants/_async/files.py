from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._core.responses.file_response import created_at
from appbuilder_assistants._driver import deadline_of
from appbuilder_assistants._files.download import Download, InMemory
from appbuilder_assistants._files.upload import auploading
from appbuilder_assistants._operations import files as ops

from ._caller import AsyncResource

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from appbuilder_assistants._files.upload import Progress, Uploadable
    from appbuilder_assistants._settings.settings import Timeout
    from appbuilder_assistants.types import File, FileContent


class AsyncFileTransfer(AsyncResource):
    """The methods of files that read or write bytes, or sort: `AsyncFiles` derives from it."""

    async def create(
        self,
        file_path: Uploadable,
        purpose: str = "assistant",
        *,
        filename: str | None = None,
        progress: Progress | None = None,
    ) -> File:
        """Upload a file: a path, bytes, or a file that is open in binary mode.

        An open file is sent from its beginning (from where it stands if it cannot seek) and stays
        open. It is read as it is sent, 512 KiB at a time. `filename` is the name it gets, by
        default its own (`upload` for bytes); the service drops Chinese characters from it, so
        that two files may have one name. `progress` is called with the bytes sent so far and
        their total, None if that is not known; when the upload begins anew, from 0 again.

        Raises FileNotFoundError, IsADirectoryError, TypeError or ValueError before anything is
        sent, OSError when the file shrinks meanwhile. Never repeated after a lost reply; after
        a 429 only if the file can be read again.  (createFile)
        """
        deadline = deadline_of(self._caller.settings)
        async with auploading(file_path, filename, progress, deadline) as file:
            return await self._caller.run(ops.files_create(file=file, purpose=purpose), deadline)

    async def list_all(self, *, order: Literal["asc", "desc"] | None = None) -> AsyncIterator[File]:
        """Every file, one by one, in the order of `list`, or by age if `order` is given.

        `desc` is newest first.  (listFiles)
        """
        files = (await self._caller.run(ops.files_list())).data
        if order is not None:
            # Within a second, as the service lists them: oldest first.
            files = sorted(files, key=created_at)
        for file in reversed(files) if order == "desc" else files:
            yield file

    async def download(
        self,
        file_id: str,
        file_path: str | os.PathLike[str] = "",
        timeout: Timeout = None,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Save a file in the folder `file_path` (by default the current one); return its path.

        It gets the name it has in the store, made safe: never a path, never hostile to a
        terminal, the file's id where there is none. It is written in pieces under another name
        and renamed at the end: what is cut off leaves nothing behind and raises
        ApiConnectionError. `timeout` is in seconds, for this call.

        Raises FileNotFoundError or NotADirectoryError before anything is sent, FileExistsError
        when the name is taken, unless `overwrite` is true. An error object under status 200 is
        raised, not saved; a reply that names no file raises ResponseError.  (downloadFile)
        """
        target = Download(file_path, fallback=file_id, overwrite=overwrite)
        return await self._caller.save(ops.files_download(file_id=file_id), target, timeout)

    async def content(self, file_id: str, timeout: Timeout = None) -> FileContent:
        """The bytes of a file, in memory, and its media type: one request.

        For a large file use `download`, with `timeout` as there. An error object under status
        200 is raised: JSON of at most 64 KiB with an `error`.  (readFile)
        """
        return await self._caller.save(ops.files_content(file_id=file_id), InMemory(), timeout)
