"""The mock server as a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mock.wire import Api

GRACE = 20  # seconds for a process to start or stop, before the test fails


@dataclass(frozen=True)
class Process:
    """A server that has said where it listens."""

    popen: subprocess.Popen[str]
    line: str

    @property
    def url(self) -> str:
        return self.line.removeprefix("listening on ").strip()

    def api(self, token: str = "mock-token") -> Api:
        return Api(self.url, token)

    def kill(self) -> None:
        """Kill -9: no chance to write anything."""
        self.popen.kill()
        self.popen.wait(GRACE)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """The exit status, and what else came on stdout and stderr."""
        self.popen.send_signal(number)
        out, err = self.popen.communicate(timeout=GRACE)
        return self.popen.returncode, out, err


def command(*options: object) -> list[str]:
    """On a free port, unless the options name one: the default port may be in use."""
    program = [sys.executable, "-W", "error", "-m", "appbuilder_mock", "--port", "0"]
    return [*program, *map(str, options)]


@contextlib.contextmanager
def serving(*options: object, quiet: bool = True) -> Iterator[Process]:
    """A server on a free port; it is killed if the block leaves it running."""
    popen = subprocess.Popen(
        command(*["--quiet"] * quiet, *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with popen:
        try:
            yield Process(popen, first_line(popen))
        finally:
            if popen.poll() is None:
                popen.kill()


def first_line(popen: subprocess.Popen[str]) -> str:
    """Byte by byte: what a buffer took beyond the line, `communicate` would not see."""
    assert popen.stdout is not None
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(popen.stdout.fileno(), 1)):
        line += byte
    return line.decode()


def refused(*options: object) -> tuple[int, str, str]:
    """The exit status and output of a server that cannot start."""
    done = subprocess.run(
        command(*options), capture_output=True, encoding="utf-8", timeout=GRACE, check=False
    )
    return done.returncode, done.stdout, done.stderr
