"""The script that writes the sync surface from the async one."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import unasync

SOURCE = '''"""Runs of 会话."""

from collections.abc import AsyncIterator

import httpx

from ._caller import AsyncCaller


class AsyncRuns:
    def __init__(self, caller: AsyncCaller, http: httpx.AsyncClient) -> None:
        self.adrives, self.readaclose = caller, http

    async def __aenter__(self) -> "AsyncRuns":
        return await (self._open())

    async def read(self) -> AsyncIterator[bytes]:
        async with self.lock:
            async for chunk in self.body.aiter_bytes():
                yield chunk
        await self.body.aclose()
'''

TWIN = '''# Written by scripts/unasync.py from _async/runs.py; do not edit.

"""Runs of 会话."""

from collections.abc import Iterator

import httpx

from ._caller import Caller


class Runs:
    def __init__(self, caller: Caller, http: httpx.Client) -> None:
        self.adrives, self.readaclose = caller, http

    def __enter__(self) -> "Runs":
        return self._open()

    def read(self) -> Iterator[bytes]:
        with self.lock:
            for chunk in self.body.iter_bytes():
                yield chunk
        self.body.close()
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "runs.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_words_are_replaced_and_the_rest_is_kept(source: Path) -> None:
    """Only whole words change, and the result is formatted."""
    assert unasync.translate(source, "runs.py") == TWIN


def test_a_word_without_a_rule_is_refused(source: Path) -> None:
    """A construct that no rule covers is named with its line, not written."""
    source.write_text("import asyncio\n", encoding="utf-8")

    with pytest.raises(
        SystemExit, match=r"runs\.py:1: no rule in scripts/unasync\.py for 'asyncio'"
    ):
        unasync.translate(source, "runs.py")


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        ({"runs.py": TWIN}, ""),
        ({}, "missing file: _sync/runs.py\n"),
        ({"runs.py": TWIN, "streams/old.py": ""}, "extra file: _sync/streams/old.py\n"),
        ({"runs.py": TWIN.replace("会话", "thread")}, '-"""Runs of thread."""\n'),
    ],
)
def test_the_check_sees_lines_and_files(
    tmp_path: Path, found: dict[str, str], complaint: str
) -> None:
    """A changed line, a missing twin and a twin of nothing are each reported."""
    for name, text in found.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    difference = "".join(unasync.compare(tmp_path, {"runs.py": TWIN}))

    assert complaint in difference
    assert bool(complaint) == bool(difference)
