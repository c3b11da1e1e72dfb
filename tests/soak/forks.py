"""Child processes that use the client of their parent."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable


class Child:
    """Forks; the child makes a call, and exits with the number of what it lost."""

    def __init__(self, call: Callable[[], list[str]]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside waiting threads
            self._process = os.fork()
        if not self._process:
            try:
                os._exit(len(call()))
            finally:
                os._exit(99)
        self._status: int | None = None

    def has_ended(self) -> bool:
        if self._status is None:
            ended, status = os.waitpid(self._process, os.WNOHANG)
            self._status = status if ended else None
        return self._status is not None

    def losses(self) -> list[str]:
        """The problem of its end, if there is one; a process that has not ended is killed."""
        if not self.has_ended():
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        return [] if self._status == 0 else [f"the call of a child after a fork ({self._status})"]
