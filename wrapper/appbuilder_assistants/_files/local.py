"""Files on this machine: what is uploaded, and where downloads go."""

from __future__ import annotations

import errno
import inspect
import io
import mimetypes
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, TypeAlias

from appbuilder_assistants.types import FileContent

from .names import safe_name, told_name

PIECE = 256 * 1024
"""Bytes that are read at once: few enough to hold, enough to be quick."""

UNKNOWN_TYPE = "application/octet-stream"

Uploadable: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO"
Progress: TypeAlias = "Callable[[int, int | None], object]"


class Upload:
    """A file to be sent. See `_core.multipart.Source`."""

    def __init__(
        self, file: BinaryIO, name: str, progress: Progress | None, *, own: bool = False
    ) -> None:
        """`own` says that the file is to be closed with the upload."""
        self.name = name
        self.may_block = not isinstance(file, io.BytesIO)
        self._own = own
        self.reading = False
        self._closed = False
        self.media_type = mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
        self.size = _size(file)
        self._file = file
        self._progress = progress
        self._begun = False
        self._sent = 0

    def can_rewind(self) -> bool:
        return not self._begun or self.size is not None

    def rewind(self) -> None:
        # A file that cannot seek is read once, from where it stands.
        if self.size is not None:
            self._file.seek(0)
        self._begun = True
        self._sent = 0

    def read(self) -> bytes:
        if self.size is None:
            return self._piece(PIECE)
        # The length has been announced: what is appended meanwhile is not sent.
        left = self.size - self._sent
        piece = self._piece(min(PIECE, left)) if left else b""
        if left and not piece:
            raise OSError(
                f"{self.name!r} ended after {self._sent} bytes, of {self.size} that it had when "
                "the upload began: it was changed meanwhile"
            )
        return piece

    def report(self) -> None:
        if self._progress is not None:
            self._progress(self._sent, self.size)

    def close(self) -> None:
        """Close the file; while a thread still reads it, that does it afterwards.

        Closing a file waits for who reads it. No lock is needed: `_closed` is set before `reading`
        is looked at, and `reading` before `_closed`.
        """
        self._closed = True
        if not self.reading:
            self._close()

    def _close(self) -> None:
        if self._own:
            self._file.close()

    def _piece(self, size: int) -> bytes:
        self.reading = True
        try:
            if self._closed:
                raise ValueError(f"{self.name!r} is not read any more: its upload is over")
            piece: bytes | None = self._file.read(size)
        finally:
            self.reading = False
            if self._closed:
                self._close()
        if piece is None:
            raise BlockingIOError(f"{self.name!r} is in non-blocking mode, and has no bytes yet")
        self._sent += len(piece)
        return piece


def opened(file: Uploadable, filename: str | None, progress: Progress | None) -> Upload:
    """Open what is to be uploaded, unless it is open already. May block: see `_uploading.py`.

    Raises FileNotFoundError, IsADirectoryError, TypeError or ValueError for what cannot be.
    """
    _check_progress(progress)
    if isinstance(file, (bytes, bytearray, memoryview)):
        return Upload(io.BytesIO(file), _name(filename, "upload"), progress)
    if not isinstance(file, (str, os.PathLike)):
        return Upload(_checked(file), _name(filename, _own_name(file)), progress)
    path = Path(file)
    if path.is_dir():
        raise IsADirectoryError(
            errno.EISDIR, "file_path: expected a file to upload, got a folder", str(path)
        )
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, "file_path: no such file to upload", str(path))
    name = _name(filename, path.name)
    return Upload(path.open("rb"), name, progress, own=True)


class Download:
    """A file that is being saved in a folder. See `_core.calls.Target`.

    It is written under another name beside the final one, which it gets when all bytes are there.
    """

    def __init__(self, folder: str | os.PathLike[str], *, instead: str, overwrite: bool) -> None:
        """Raises FileNotFoundError or NotADirectoryError for what is no folder.

        `instead` is the name for a file whose own is none.
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
        self._instead = instead
        self._overwrite = overwrite
        self._file: BinaryIO | None = None

    def begin(self, headers: Mapping[str, str]) -> None:
        told = told_name(headers.get("content-disposition", ""))
        name = safe_name(told, instead=self._instead, windows=os.name == "nt")
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
        """Take the final name only if it is free, whoever else may want it at this moment."""
        try:
            os.link(self._unfinished, self._path)
        except FileExistsError:
            raise self._taken() from None
        except OSError:
            # A file system without links: there is a moment between looking and taking.
            if os.path.lexists(self._path):
                raise self._taken() from None
            self._unfinished.rename(self._path)
        else:
            self._unfinished.unlink()

    def _taken(self) -> FileExistsError:
        todo = "" if self._path.is_dir() else "; overwrite=True replaces it"
        return FileExistsError(
            errno.EEXIST,
            f"the file would be saved where there is one already{todo}",
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


def _check_progress(progress: object) -> None:
    if progress is None or (callable(progress) and not inspect.iscoroutinefunction(progress)):
        return
    raise TypeError(
        "progress: expected a plain function that takes the bytes sent so far and their total "
        f"(None where it is not known), got {progress!r}"
    )


def _checked(file: BinaryIO) -> BinaryIO:
    expected = "file_path: expected a path, bytes or a file that is open for reading in binary mode"
    if not callable(getattr(file, "read", None)):
        raise TypeError(f"{expected}, got {type(file).__name__}")
    try:
        # Wrappers of open files tell their mode in no other way.
        nothing: object = file.read(0)
    except (OSError, ValueError) as error:
        raise ValueError(f"{expected}: {error}") from error
    if isinstance(nothing, str):
        raise TypeError(f'{expected}, got one in text mode: open it with "rb"')
    return file


def _own_name(file: BinaryIO) -> str:
    """The name of the file that an open file was opened from; a pipe has a number."""
    name = getattr(file, "name", None)
    return Path(name).name if isinstance(name, str) else "upload"


def _name(given: str | None, own: str) -> str:
    name = own if given is None else given
    if not isinstance(name, str):
        raise TypeError(f"filename: expected text, got {type(name).__name__}")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the file's name cannot be written in UTF-8: {name!r}; give another as filename=..."
        ) from error
    return name


def _size(file: BinaryIO) -> int | None:
    """The bytes of a file from its beginning; None when it can be read once only."""
    try:
        if not file.seekable():
            return None
        return file.seek(0, os.SEEK_END)
    except (AttributeError, OSError):
        return None
