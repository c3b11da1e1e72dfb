"""Whole lists: page by page as they are needed, in both orders, and never without end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from appbuilder_assistants import ResponseError

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer

ASSISTANT = {"object": "assistant", "name": "a", "created_at": 1}
STEP = {**RUN, "run_id": "r"}
MESSAGE = {"object": "thread.message", "role": "user", "content": [], "created_at": 1}
FILE = {"object": "file", "bytes": 1, "purpose": "assistant", "create_at": 1, "filename": "f"}

LISTS = {
    "assistants": (lambda c, **o: c.assistants.list_all(**o), ASSISTANT, {}),
    "mounted files": (
        lambda c, **o: c.assistants.mounted_files_list_all("a", **o),
        {"object": "assistant.file", "created_at": 1, "assistant_id": "a"},
        {"assistant_id": "a"},
    ),
    "messages": (
        lambda c, **o: c.threads.messages.list_all("t", **o),
        {**MESSAGE, "thread_id": "t"},
        {"thread_id": "t"},
    ),
    "message files": (
        lambda c, **o: c.threads.messages.files_all("t", "m", **o),
        {"object": "thread.message.file", "created_at": 1, "message_id": "m"},
        {"thread_id": "t", "message_id": "m"},
    ),
    "runs": (lambda c, **o: c.threads.runs.list_all("t", **o), RUN, {"thread_id": "t"}),
    "steps": (
        lambda c, **o: c.threads.runs.steps.list_all("t", "r", **o),
        STEP,
        {"thread_id": "t", "run_id": "r"},
    ),
}


def page(item: dict[str, Any], *ids: str, more: bool, last: str | None = "same") -> bytes:
    """One page; its `last_id` is the last item's by default."""
    last = (ids[-1] if ids else "") if last == "same" else last
    data = [{**item, "id": id_} for id_ in ids]
    body = {"object": "list", "data": data, "first_id": "", "last_id": last, "has_more": more}
    return answer(body)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_page_by_page(harness: ClientHarness, serve: Serve, name: str) -> None:
    """A page is fetched when its first item is asked for, after the last one of the page before."""
    every, item, asked = LISTS[name]
    answers = [
        page(item, "1", "2", more=True),
        page(item, "3", more=True),
        page(item, "4", more=False),
    ]
    server = serve(lambda exchange: exchange.send(answers[len(server.exchanges) - 1]))

    items: Iterator[Any] = every(harness.client("k", server.url))
    assert server.exchanges == []
    seen = [(next(items).id, len(server.exchanges)) for _ in range(4)]

    assert seen == [("1", 1), ("2", 1), ("3", 2), ("4", 3)]
    assert list(items) == []
    assert [exchange.json for exchange in server.exchanges] == [
        asked,
        {**asked, "after": "2"},
        {**asked, "after": "3"},
    ]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_bounds_are_kept(harness: ClientHarness, serve: Serve, name: str) -> None:
    """Order, page size and `before` go with every request; `after` is where the first begins."""
    every, item, asked = LISTS[name]
    answers = [page(item, "1", more=True), page(item, more=False, last=None)]
    server = serve(lambda exchange: exchange.send(answers[len(server.exchanges) - 1]))
    options = {"order": "asc", "before": "9", "page_size": 1}

    items = list(every(harness.client("k", server.url), after="0", **options))

    assert [one.id for one in items] == ["1"]
    body = {**asked, "order": "asc", "before": "9", "limit": 1}
    assert [e.json for e in server.exchanges] == [{**body, "after": "0"}, {**body, "after": "1"}]


def test_leaving_early_costs_nothing_more(harness: ClientHarness, serve: Serve) -> None:
    """Taking three items of a long list requests one page."""
    runs = page(RUN, "1", "2", "3", more=True)
    server = serve(lambda exchange: exchange.send(runs))

    taken = list(islice(harness.client("k", server.url).threads.runs.list_all("t"), 3))

    assert [run.id for run in taken] == ["1", "2", "3"]
    assert len(server.exchanges) == 1


@pytest.mark.parametrize(
    "second",
    [
        page(RUN, "2", more=True, last="1"),
        page(RUN, "2", more=True, last=""),
        page(RUN, "2", more=True, last=None),
        page(RUN, more=True, last="2"),
    ],
    ids=["the same", "empty", "null", "an empty page"],
)
def test_a_cursor_that_does_not_move(harness: ClientHarness, serve: Serve, second: bytes) -> None:
    """The items before are returned; then an error, and not the same page for ever."""
    answers = [page(RUN, "1", more=True), second]
    server = serve(lambda exchange: exchange.send(answers[len(server.exchanges) - 1]))
    items = harness.client("k", server.url).threads.runs.list_all("t")

    assert next(items).id == "1"
    with pytest.raises(ResponseError, match="the cursor does not move") as caught:
        list(items)

    assert caught.value.operation == "listRuns"
    assert len(server.exchanges) == 2


def test_a_cursor_that_runs_in_a_circle(harness: ClientHarness, serve: Serve) -> None:
    """It moves, but back."""
    answers = [page(RUN, "1", more=True), page(RUN, "2", more=True), page(RUN, "1", more=True)]
    server = serve(lambda exchange: exchange.send(answers[(len(server.exchanges) - 1) % 3]))

    with pytest.raises(ResponseError, match="item '1' comes again"):
        list(harness.client("k", server.url).threads.runs.list_all("t"))

    assert len(server.exchanges) == 3


def test_files_are_not_paged(harness: ClientHarness, serve: Serve) -> None:
    """The whole list is one answer; nothing is asked before the first file is."""
    body = {"object": "list", "data": [{**FILE, "id": "1"}, {**FILE, "id": "2"}]}
    server = serve(lambda exchange: exchange.send(answer(body)))

    items = harness.client("k", server.url).assistants.files.list_all()
    assert server.exchanges == []

    assert [file.id for file in items] == ["1", "2"]
    assert [exchange.json for exchange in server.exchanges] == [{}]


@pytest.mark.parametrize(("order", "ids"), [("asc", ["1", "2", "3"]), ("desc", ["3", "2", "1"])])
def test_files_of_one_second(
    harness: ClientHarness, serve: Serve, order: Any, ids: list[str]
) -> None:
    """Their times are seconds: within one they have the order of the list, oldest first."""
    files = [{**FILE, "id": id_, "create_at": at} for id_, at in (("3", 2), ("1", 1), ("2", 1))]
    server = serve(lambda exchange: exchange.send(answer({"object": "list", "data": files})))

    listed = harness.client("k", server.url).assistants.files.list_all(order=order)

    assert [file.id for file in listed] == ids


def test_a_page_is_asked_for_again(harness: ClientHarness, serve: Serve) -> None:
    """A look-up in the middle of a list is retried as any other."""
    calls = 0

    def script(exchange: Exchange) -> None:
        nonlocal calls
        calls += 1
        busy = answer({}, "429 Too Many Requests", retry_after="0")
        last = page(RUN, "2", more=False)
        exchange.send({1: page(RUN, "1", more=True), 2: busy}.get(calls, last))

    items = harness.client("k", serve(script).url).threads.runs.list_all("t")

    assert [run.id for run in items] == ["1", "2"]
    assert calls == 3


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_both_orders_against_the_mock(client: Any, order: str, page_size: int) -> None:
    """Everything once, in order, however it is cut into pages."""
    thread = client.threads.create()
    messages = client.threads.messages
    ids = [messages.create(thread.id, f"第 {n} 条").id for n in range(5)]
    wanted = ids if order == "asc" else ids[::-1]

    def every(**bounds: str) -> list[str]:
        found = messages.list_all(thread.id, order=order, page_size=page_size, **bounds)
        return [message.id for message in found]

    assert every() == wanted
    assert every(after=wanted[1]) == wanted[2:]
    assert every(after=wanted[0], before=wanted[3]) == wanted[1:3]


def test_a_loop_over_one_page(harness: ClientHarness, serve: Serve) -> None:
    """Only its items, by one request, and how many they are; `has_more` says the rest."""
    server = serve(lambda exchange: exchange.send(page(RUN, "1", "2", more=True)))

    runs = harness.client("k", server.url).threads.runs.list("t")

    assert [run.id for run in runs] == ["1", "2"]
    assert len(runs) == 2
    assert runs.has_more
    for positions in (lambda: runs[0], lambda: runs[:1], lambda: reversed(runs)):
        with pytest.raises(TypeError, match=r"RunList.*`\.data`"):
            positions()
    assert len(server.exchanges) == 1
