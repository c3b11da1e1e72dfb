"""Downloads: a file in a folder, or its bytes in memory."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from appbuilder_assistants.types import FileContent

from .names import disposition_name, safe_name


class Download:
    """A file that is being saved in a folder. See `_core.calls.Target`.

    It is written under a temporary name, and gets its own when it is complete.
    """

    def __init__(self, folder: str | os.PathLike[str], *, fallback: str, overwrite: bool) -> None:
        """Raise FileNotFoundError or NotADirectoryError for what is no folder.

        `fallback` is the name of a file that the server gives none.
        """
        if not isinstance(folder, (str, os.PathLike)):
            raise TypeError(f"file_path: expected a folder's path, got {type(folder).__name__}")
        self._folder = Path(folder)
        if not self._folder.exists():
            raise FileNotFoundError(
                errno.ENOENT, "file_path: expected a folder that exists", str(folder)
            )
        if not self._folder.is_dir():
            raise NotADirectoryError(
                errno.ENOTDIR,
                "file_path: expected a folder (the file keeps its own name), got a file",
                str(folder),
            )
        self._fallback = fallback
        self._overwrite = overwrite
        self._file: BinaryIO | None = None

    def begin(self, headers: Mapping[str, str]) -> None:
        given = disposition_name(headers.get("content-disposition", ""))
        name = safe_name(given, fallback=self._fallback, windows=os.name == "nt")
        self._path = self._folder / name
        if os.path.lexists(self._path) and (self._path.is_dir() or not self._overwrite):
            raise self._taken()
        self._unfinished = self._folder / f".{secrets.token_hex(8)}.part"
        self._file = self._unfinished.open("xb")

    def write(self, data: bytes) -> None:
        assert self._file is not None
        self._file.write(data)

    def finish(self) -> None:
        assert self._file is not None
        self._file.close()
        if self._overwrite:
            self._unfinished.replace(self._path)
        else:
            self._link()
        self._file = None

    def abandon(self) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
        finally:
            self._file = None
            self._unfinished.unlink(missing_ok=True)

    def result(self) -> Path:
        return self._path

    def _link(self) -> None:
        """Take the final name only if it is free, whatever other programs do at this moment."""
        try:
            os.link(self._unfinished, self._path)
        except FileExistsError:
            raise self._taken() from None
        except OSError:
            # A file system without links: the name may be taken between the check and the renaming.
            if os.path.lexists(self._path):
                raise self._taken() from None
            self._unfinished.rename(self._path)
        else:
            self._unfinished.unlink()

    def _taken(self) -> FileExistsError:
        todo = "" if self._path.is_dir() else "; overwrite=True replaces it"
        return FileExistsError(
            errno.EEXIST,
            f"a file of this name exists already{todo}",
            str(self._path),
        )


class InMemory:
    """A file that is kept as bytes. See `_core.calls.Target`."""

    def __init__(self) -> None:
        self._type = ""
        self._pieces: list[bytes] = []

    def begin(self, headers: Mapping[str, str]) -> None:
        self._type = headers.get("content-type", "")

    def write(self, data: bytes) -> None:
        self._pieces.append(data)

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass

    def result(self) -> FileContent:
        return FileContent(b"".join(self._pieces), self._type)
