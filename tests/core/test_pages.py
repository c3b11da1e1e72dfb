"""Where a list goes on, and that it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from appbuilder_assistants import ResponseError
from appbuilder_assistants._core.pages import Cursor
from appbuilder_assistants._core.redaction import HidesNothing

from tests.core.calls import look_up


@dataclass
class Page:
    has_more: bool
    last_id: str | None
    data: list[Any] = field(default_factory=lambda: [1])


def test_it_moves_to_the_last_id() -> None:
    """Page by page, until one says that there are no more."""
    cursor = Cursor(None, HidesNothing())

    assert cursor.after is None
    assert cursor.move(Page(True, "a")) == [1]
    assert (cursor.more, cursor.after) == (True, "a")
    cursor.move(Page(True, "b"))
    assert (cursor.more, cursor.after) == (True, "b")
    cursor.move(Page(False, "c"))
    cursor.check(look_up())
    assert not cursor.more


@pytest.mark.parametrize("last_id", [None, "", "a", "start"])
def test_a_cursor_that_does_not_move(last_id: str | None) -> None:
    """The same id again, an earlier one, or none, is an error and not an endless list."""
    cursor = Cursor("start", HidesNothing())
    cursor.move(Page(True, "a"))
    cursor.check(look_up())
    cursor.move(Page(True, last_id))

    with pytest.raises(ResponseError, match="the cursor does not move") as caught:
        cursor.check(look_up())

    assert caught.value.operation == "queryRun"


def test_an_empty_page_with_more_behind_it() -> None:
    """It could go on like this for ever."""
    cursor = Cursor(None, HidesNothing())
    cursor.move(Page(True, "a", []))

    with pytest.raises(ResponseError, match="a page of 0"):
        cursor.check(look_up())
