"""Opening what is uploaded, while its upload takes: by the deadline, off an event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from appbuilder_assistants._transport.blocking import off_loop, within
from appbuilder_assistants._transport.cancellation import wait_until
from appbuilder_assistants.errors import DeadlineExceededError, Origin

from .local import Progress, Upload, Uploadable, opened


@contextmanager
def uploading(
    file: Uploadable,
    filename: str | None = None,
    progress: Progress | None = None,
    deadline: float | None = None,
) -> Iterator[Upload]:
    """Open what is to be uploaded, unless it is open already.

    Raises FileNotFoundError, IsADirectoryError, TypeError or ValueError for what cannot be, and
    DeadlineExceededError when it is not open by `deadline`: opening a FIFO waits for a writer.
    """
    try:
        upload = within(deadline, lambda: opened(file, filename, progress), Upload.close)
    except TimeoutError:
        raise _not_opened() from None
    try:
        yield upload
    finally:
        upload.close()


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
        try:
            opening = off_loop(lambda: opened(file, filename, progress), Upload.close)
            upload = await wait_until(deadline, opening)
        except TimeoutError:
            raise _not_opened() from None
    try:
        yield upload
    finally:
        upload.close()


def _not_opened() -> DeadlineExceededError:
    return DeadlineExceededError(
        "the deadline passed while the file to upload was opened",
        reached_server=False,
        origin=Origin("createFile"),
    )
