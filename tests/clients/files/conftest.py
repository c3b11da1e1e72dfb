"""Fixtures of the tests of files."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants._files.download import Download


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "下载"
    made.mkdir()
    return made


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a file has begun to be saved."""
    event = threading.Event()
    begin = Download.begin

    def replace_first(target: Download, headers: Any) -> None:
        begin(target, headers)
        event.set()

    monkeypatch.setattr(Download, "begin", replace_first)
    return event
