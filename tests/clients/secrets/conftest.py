"""The log, as it is searched for the token."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Every log record of any logger and level, with its arguments and its traceback."""
    lines: list[str] = []

    class Everything(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name}: {self.format(record)} {record.args} {vars(record)}")

    handler, level = Everything(0), logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(1)
    yield lines
    logging.root.removeHandler(handler)
    logging.root.setLevel(level)
