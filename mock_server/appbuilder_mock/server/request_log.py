"""The output of the command: the address of the server, and one line a request."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time

from appbuilder_mock.middleware.entry import Entry
from appbuilder_mock.state import DEFAULT_TOKEN

WAITING = 1000  # lines that wait for a slow reader; more are dropped
LONGEST_PATH = 200  # characters
GATHERED_SECONDS = 0.01
"""How long lines are gathered: waking the thread for each would cost a tenth of a look-up."""


def greeting(url: str, token: str) -> str:
    """The address, the variables to set and the page; only the default token is shown."""
    known = token == DEFAULT_TOKEN
    shown = DEFAULT_TOKEN if known else "<the value of --token>"
    return (
        f"listening on {url}\n"
        f"\n"
        f"  export GATEWAY_URL={url}\n"
        f"  export APPBUILDER_TOKEN='{shown}'\n"
        f"\n"
        f"  token  {shown}\n"
        f"  page   {url}/\n"
    )


def line(entry: Entry) -> str:
    """`POST /v2/threads createThread 200 3 ms 4f1c…`; a dash where there is nothing.

    An answer that is an example of the spec is marked by `example` at the end.
    """
    path = "".join(mark if mark.isprintable() and mark != " " else "·" for mark in entry.path)
    status = "-" if entry.status is None else str(entry.status)
    took = 0 if entry.milliseconds is None else entry.milliseconds
    parts = (entry.method, path[:LONGEST_PATH], entry.operation_id or "-", status, f"{took} ms")
    return " ".join([*parts, entry.request_id, *["example"] * entry.is_example])


class RequestLog:
    """Writes a line for each request that is over, in a thread of its own.

    A reader that stops reading, or has gone, delays no request: lines are dropped then.
    """

    def __init__(self, file: int) -> None:
        # A descriptor: the lock of a stream that is being written would be missed at the exit.
        self._file = file
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._write, name="request-log", daemon=True)
        self._thread.start()

    def note(self, entry: Entry) -> None:
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(line(entry))

    def close(self, patience: float = 1.0) -> None:
        """Write the waiting lines, if that takes no longer than `patience` seconds."""
        try:
            self._lines.put(None, timeout=patience)
        except queue.Full:
            return
        self._thread.join(patience)

    def _write(self) -> None:
        is_open = True
        while is_open:
            lines = [self._lines.get()]
            time.sleep(GATHERED_SECONDS)
            with contextlib.suppress(queue.Empty):
                while True:
                    lines.append(self._lines.get_nowait())
            is_open = None not in lines
            rest = "".join(f"{text}\n" for text in lines if text).encode("utf-8", "replace")
            while rest:
                try:
                    rest = rest[os.write(self._file, rest) :]
                except OSError:  # the reader has gone
                    return
