"""`list_all` under both readings of `after`: everything once, newest first, and lazily."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ResponseError, final_text
from appbuilder_assistants.types import RunResult

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.objects.test_pages import LISTS
from tests.clients.raw_server import Exchange, answer
from tests.clients.test_against_the_mock import asked

Reading = Callable[[list[int], str, int | None, int | None], list[int]]


def in_listing(ids: list[int], order: str, after: int | None, before: int | None) -> list[int]:
    """A page begins behind `after` and ends ahead of `before`, in the order of the list."""
    listed = sorted(ids, reverse=order == "desc")
    begin = listed.index(after) + 1 if after is not None else 0
    end = listed.index(before) if before is not None else len(listed)
    return listed[begin:end]


def created_after(ids: list[int], order: str, after: int | None, before: int | None) -> list[int]:
    """A page has what was created after `after` and before `before`, in either order."""
    inside = [
        one for one in ids if (after is None or one > after) and (before is None or one < before)
    ]
    return sorted(inside, reverse=order == "desc")


def inclusive(ids: list[int], order: str, after: int | None, before: int | None) -> list[int]:
    """Neither: a page begins with the item itself."""
    listed = sorted(ids, reverse=order == "desc")
    return listed[listed.index(after) if after is not None else 0 :]


def unbounded(ids: list[int], order: str, after: int | None, before: int | None) -> list[int]:
    """The bounds are not looked at."""
    return sorted(ids, reverse=order == "desc")


READINGS = [in_listing, created_after]


class Lists:
    """A server of one list that grows: its items are numbered by when they were created."""

    def __init__(self, reading: Reading, count: int, item: dict[str, Any]) -> None:
        self.ids = list(range(1, count + 1))
        self.grows = 0
        self._reading = reading
        self._item = item

    def __call__(self, exchange: Exchange) -> None:
        asked_for = exchange.json
        bounds = [
            int(asked_for[name]) if name in asked_for else None for name in ("after", "before")
        ]
        found = self._reading(self.ids, asked_for.get("order", "desc"), *bounds)
        shown = found[: asked_for.get("limit", 20)]
        data = [{**self._item, "id": str(one), "created_at": one} for one in shown]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
        exchange.send(
            answer({"object": "list", "data": data, "has_more": len(found) > len(shown), **ends})
        )
        self.ids += range(len(self.ids) + 1, len(self.ids) + 1 + self.grows)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("order", [None, "asc", "desc"])
def test_every_list(
    harness: ClientHarness, serve: Serve, name: str, order: str | None, reading: Reading
) -> None:
    """All 45 items once, in their order; the first page costs one request."""
    every, item, _ = LISTS[name]
    server = serve(Lists(reading, 45, item))
    items = every(harness.client("k", server.url), order=order)

    first = [int(one.id) for one in islice(items, 20)]
    assert len(server.exchanges) == 1
    assert first + [int(one.id) for one in items] == sorted(range(1, 46), reverse=order != "asc")
    # Three pages, and one request that shows how the service reads `after`.
    assert len(server.exchanges) == 3 + (reading is created_after and order != "asc")


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("page_size", [1, 2, 3, 7, 8, 100])
def test_every_page_size(
    harness: ClientHarness, serve: Serve, order: Any, page_size: int, reading: Reading
) -> None:
    """Pages of one item, too, where the second one is empty under the other reading."""
    for count in (0, 1, 2, 7):
        server = serve(Lists(reading, count, LISTS["runs"][1]))
        runs = harness.client("k", server.url).threads.runs.list_all(
            "t", order=order, page_size=page_size
        )
        wanted = sorted(range(1, count + 1), reverse=order == "desc")
        assert [int(run.id) for run in runs] == wanted


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("page_size", [1, 2, 3])
@pytest.mark.parametrize("grows", [1, 2, 5])
def test_a_list_that_grows_meanwhile(
    harness: ClientHarness, serve: Serve, page_size: int, grows: int, reading: Reading
) -> None:
    """New items are not on the way back, and none of the rest is missing."""
    lists = Lists(reading, 7, LISTS["runs"][1])
    lists.grows = grows
    runs = harness.client("k", serve(lists).url).threads.runs.list_all("t", page_size=page_size)

    assert [int(run.id) for run in runs] == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("page_size", [1, 2, 7])
def test_the_bounds_of_the_caller(harness: ClientHarness, serve: Serve, page_size: int) -> None:
    """They are sent unchanged under each reading: their meaning is the service's."""
    for reading, wanted in ((in_listing, [7, 6, 5, 4]), (created_after, [7, 6, 5, 4])):
        bounds = (
            {"after": "8", "before": "3"}
            if reading is in_listing
            else {
                "after": "3",
                "before": "8",
            }
        )
        server = serve(Lists(reading, 9, LISTS["runs"][1]))
        runs = harness.client("k", server.url).threads.runs
        found = runs.list_all("t", page_size=page_size, **bounds)
        assert [int(run.id) for run in found] == wanted


@pytest.mark.parametrize("reading", [inclusive, unbounded])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_service_of_neither_reading(
    harness: ClientHarness, serve: Serve, order: Any, reading: Reading
) -> None:
    """The items before are returned; then an error, and not a list with holes or duplicates."""
    server = serve(Lists(reading, 7, LISTS["runs"][1]))
    runs = harness.client("k", server.url).threads.runs.list_all("t", order=order, page_size=3)

    seen: list[int] = []
    with pytest.raises(ResponseError, match=r"comes again.*would repeat or skip items") as caught:
        seen.extend(int(run.id) for run in runs)
    assert caught.value.operation == "listRuns"
    assert len(server.exchanges) <= 3


@pytest.mark.parametrize("after", ["in-listing", "created-after"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_against_the_mock(harness: ClientHarness, after: str, order: Any) -> None:
    """Messages of one thread, however they are cut into pages; and a text on a late page."""
    with appbuilder_mock.running(readings={"after": after}) as server:
        client = harness.client(server.token, server.url)
        assistant = client.assistants.create("echo")
        run = client.threads.runs.run(assistant.id, thread=asked("第一句"))
        messages, thread = client.threads.messages, run.thread_id
        for number in range(45):
            messages.create(thread, f"第 {number} 条")
        whole = messages.list(thread, limit=100, order=order).data

        for page_size in (1, 7, 20, None):
            found = list(messages.list_all(thread, order=order, page_size=page_size))
            assert [one.id for one in found] == [one.id for one in whole]
        again: RunResult = client.threads.runs.query(thread, run.id)
        assert client.text(again) == final_text(run)
