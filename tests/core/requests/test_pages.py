"""The next page of a list, and its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from appbuilder_assistants import ResponseError
from appbuilder_assistants._core.pages import Cursor

from tests.core.calls import look_up


@dataclass(frozen=True)
class Item:
    id: Any
    created_at: Any = 1


@dataclass
class Page:
    has_more: bool
    last_id: str | None
    data: list[Any] = field(default_factory=list)


def items(*ids: Any, at: int = 1) -> list[Item]:
    return [Item(id_, at) for id_ in ids]


def page(*ids: str, more: bool = True) -> Page:
    """Items whose times are the numbers in their names."""
    return Page(more, ids[-1] if ids else "", [Item(id_, int(id_)) for id_ in ids])


def test_it_moves_to_the_last_id() -> None:
    """Page by page, until one says that there are no more."""
    cursor = Cursor()
    first, second, third = items("a"), items("b"), items("c")

    assert (cursor.after, cursor.before) == (None, None)
    assert cursor.move(Page(True, "a", first)) is first
    assert (cursor.more, cursor.after, cursor.before) == (True, "a", None)
    assert cursor.move(Page(True, "b", second)) is second
    assert (cursor.more, cursor.after) == (True, "b")
    assert cursor.move(Page(False, "c", third)) is third
    cursor.check(look_up())
    assert not cursor.more


@pytest.mark.parametrize("last_id", [None, "", "a", "start"])
def test_a_cursor_that_does_not_move(last_id: str | None) -> None:
    """The same id again, an earlier one, or none, is an error and not an endless list."""
    cursor = Cursor("start")
    cursor.move(Page(True, "a", items("a")))
    cursor.check(look_up())
    cursor.move(Page(True, last_id, items("b")))

    with pytest.raises(ResponseError, match="the cursor does not move") as caught:
        cursor.check(look_up())

    assert caught.value.operation == "queryRun"


def test_an_empty_page_with_more_behind_it() -> None:
    """It could continue like this for ever."""
    cursor = Cursor()
    cursor.move(Page(True, "a", []))

    with pytest.raises(ResponseError, match="which has 0 items"):
        cursor.check(look_up())


SECOND_PAGES = {
    "again": page("5", "4", more=False),
    "some again": page("6", "5"),
    "newer": page("7", "6"),
    "none": page(more=False),
}


@pytest.mark.parametrize("second", SECOND_PAGES.values(), ids=list(SECOND_PAGES))
def test_created_after(second: Page) -> None:
    """A false second page is dropped; the list continues with the items created before."""
    cursor = Cursor("1", "9")
    cursor.move(page("5", "4"))
    assert (cursor.after, cursor.before) == ("4", "9")

    assert cursor.move(second) == ()
    assert (cursor.more, cursor.after, cursor.before) == (True, "1", "4")
    third = page("3", "2")
    assert cursor.move(third) is third.data
    assert (cursor.more, cursor.after, cursor.before) == (True, "1", "2")
    cursor.check(look_up())


@pytest.mark.parametrize("third", [page(more=False), page("6", "5"), page("8", more=False)])
def test_the_end_of_a_list_that_said_it_had_more(third: Page) -> None:
    """Behind an empty page, items that were given, or are newer, are no more of it."""
    cursor = Cursor()
    cursor.move(page("5", "4"))
    cursor.move(page(more=False))

    assert cursor.move(third) == ()
    assert not cursor.more
    cursor.check(look_up())


@pytest.mark.parametrize("third", [page("5", "4"), page("7"), page(more=False)])
def test_neither_reading(third: Page) -> None:
    """A list that continues in neither direction is an error, and is not half of it in silence."""
    cursor = Cursor()
    cursor.move(page("5", "4"))
    cursor.move(page("5", "4"))

    assert cursor.move(third) == ()
    with pytest.raises(ResponseError, match="in the page before '4': the list would"):
        cursor.check(look_up())


@pytest.mark.parametrize("newest_first", [True, False])
def test_an_item_that_comes_again_later(newest_first: bool) -> None:
    """Once it is clear how the list continues, nothing may come again."""
    cursor = Cursor(newest_first=newest_first)
    order = ("5", "4", "3", "2") if newest_first else ("2", "3", "4", "5")
    cursor.move(page(*order[:2]))
    cursor.move(page(order[2]))

    assert cursor.move(page(order[3], order[0])) == ()
    assert not cursor.more
    with pytest.raises(ResponseError, match=f"item '{order[0]}' comes again, in the page after"):
        cursor.check(look_up())


def test_oldest_first_there_is_one_reading() -> None:
    """So an item that comes again is an error at once, and an empty page the end."""
    cursor = Cursor(newest_first=False)
    cursor.move(page("1", "2"))
    assert cursor.move(page(more=False)) == []
    cursor.check(look_up())
    assert not cursor.more

    cursor = Cursor(newest_first=False)
    cursor.move(page("1", "2"))
    cursor.move(page("2", "3"))
    with pytest.raises(ResponseError, match="item '2' comes again"):
        cursor.check(look_up())


def test_ids_and_times_that_are_none() -> None:
    """Values are kept as they came; what cannot be compared shows nothing."""
    cursor = Cursor()
    odd = [Item(None, None), Item([1], "早"), Item("", True)]
    assert cursor.move(Page(True, "a", odd)) is odd
    again = list(odd)
    assert cursor.move(Page(False, "b", again)) is again
    cursor.check(look_up())
