"""Uploads: opening a file by the deadline and off the event loop, and reading it in pieces."""

from __future__ import annotations

import errno
import inspect
import io
import mimetypes
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from appbuilder_assistants._transport.blocking import off_loop, within
from appbuilder_assistants._transport.cancellation import wait_until
from appbuilder_assistants.errors import DeadlineExceededError, Origin

PIECE = 512 * 1024
"""Bytes of one read: few enough for memory, enough for speed."""

UNKNOWN_TYPE = "application/octet-stream"

Uploadable: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO"
Progress: TypeAlias = "Callable[[int, int | None], object]"


@contextmanager
def uploading(
    file: Uploadable,
    filename: str | None = None,
    progress: Progress | None = None,
    deadline: float | None = None,
) -> Iterator[Upload]:
    """Open a file to upload, and close it afterwards unless it was open before.

    Raises FileNotFoundError, IsADirectoryError, TypeError or ValueError, and DeadlineExceededError
    when it is not open by `deadline`.
    """
    try:
        upload = within(deadline, lambda: opened(file, filename, progress), Upload.close)
    except TimeoutError:
        raise _not_opened() from None
    with closing(upload):
        yield upload


@asynccontextmanager
async def auploading(
    file: Uploadable,
    filename: str | None = None,
    progress: Progress | None = None,
    deadline: float | None = None,
) -> AsyncIterator[Upload]:
    """As `uploading`, off the event loop."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        upload = opened(file, filename, progress)
    else:
        opening = off_loop(lambda: opened(file, filename, progress), Upload.close)
        try:
            upload = await wait_until(deadline, opening)
        except TimeoutError:
            raise _not_opened() from None
    try:
        with closing(upload):
            yield upload
    except Exception:
        # Of a file that can be sent again a piece may be read ahead: not into the next upload.
        if upload.reading and upload.size is not None:
            with suppress(TimeoutError):
                await wait_until(deadline, off_loop(upload.wait, lambda _: None))
        raise


class Upload:
    """A file to upload. See `_core.multipart.UploadSource`."""

    def __init__(
        self, file: BinaryIO, name: str, progress: Progress | None, *, own: bool = False
    ) -> None:
        """With `own` the file is closed with the upload."""
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
        self._read = 0
        self._turn = 0
        self._lock = threading.Lock()  # of the file's position

    def can_rewind(self) -> bool:
        return not self._begun or self.size is not None

    def rewind(self) -> Callable[[], bytes]:
        with self._lock:
            # A file that cannot seek is read once, from where it stands.
            if self.size is not None:
                self._file.seek(0)
            self._begun = True
            self._read = 0
            self._turn += 1
            return partial(self._next, self._turn)

    def report(self, sent: int) -> None:
        if self._progress is not None:
            self._progress(sent, self.size)

    def _next(self, turn: int) -> bytes:
        with self._lock:
            if turn != self._turn:
                # Pieces that a thread reads ahead for a failed attempt would be missing in the next
                # one.
                raise ValueError(f"{self.name!r} is being read from its beginning again")
            if self.size is None:
                return self._piece(PIECE)
            # Content-Length is sent already: bytes appended meanwhile are not read.
            remaining = self.size - self._read
            piece = self._piece(min(PIECE, remaining)) if remaining else b""
            if remaining and not piece:
                raise OSError(
                    f"{self.name!r} ended after {self._read} of the {self.size} bytes that it had "
                    "when the upload began: it was changed meanwhile"
                )
            return piece

    def close(self) -> None:
        """Close the file, or let the thread that still reads it do so afterwards.

        Closing would wait for that thread. No lock is needed: `_closed` is set here before
        `reading` is checked, and `reading` in `_piece` before `_closed`.
        """
        self._closed = True
        if not self.reading:
            self._close()

    def wait(self) -> None:
        """Until nothing is read any more, once it is closed."""
        with self._lock:
            pass

    def _close(self) -> None:
        if self._own:
            self._file.close()

    def _piece(self, size: int) -> bytes:
        self.reading = True
        try:
            if self._closed:
                raise ValueError(f"{self.name!r} is not read any more: its upload has ended")
            piece: bytes | None = self._file.read(size)
        finally:
            self.reading = False
            if self._closed:
                self._close()
        if piece is None:
            raise BlockingIOError(f"{self.name!r} is in non-blocking mode and has no bytes yet")
        self._read += len(piece)
        return piece


def opened(file: Uploadable, filename: str | None, progress: Progress | None) -> Upload:
    """Open a file to upload, unless it is open already. May block: a FIFO waits for a writer.

    Raises FileNotFoundError, IsADirectoryError, TypeError or ValueError.
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


def _not_opened() -> DeadlineExceededError:
    return DeadlineExceededError(
        "the deadline passed while the file to upload was opened",
        reached_server=False,
        origin=Origin("createFile"),
    )


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
        # Wrappers of open files show their mode in no other way.
        nothing: object = file.read(0)
    except (OSError, ValueError) as error:
        raise ValueError(f"{expected}: {error}") from error
    if isinstance(nothing, str):
        raise TypeError(f'{expected}, got one in text mode: open it with "rb"')
    return file


def _own_name(file: BinaryIO) -> str:
    """The name that an open file was opened by; that of a pipe is a number."""
    name = getattr(file, "name", None)
    return Path(name).name if isinstance(name, str) else "upload"


def _name(given: str | None, own: str) -> str:
    name = own if given is None else given
    if not isinstance(name, str):
        raise TypeError(f"filename: expected a str, got {type(name).__name__}")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the file's name cannot be encoded in UTF-8: {name!r}; give another as filename=..."
        ) from error
    return name


def _size(file: BinaryIO) -> int | None:
    """The size of a file in bytes; None for one that can be read only once."""
    try:
        if not file.seekable():
            return None
        return file.seek(0, os.SEEK_END)
    except (AttributeError, OSError):
        return None
