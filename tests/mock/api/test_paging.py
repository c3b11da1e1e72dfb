"""Pages of a list, for any combination of bounds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from appbuilder_mock import Store

from tests.mock.wire import Api

NAMES = [f"物{number}" for number in range(5)]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Five things in one place and one in another."""
    store = Store()
    for name in NAMES:
        store.add("thing", "here", {"id": name})
        store.add("thing", f"with {name}", {"id": name})
    yield store
    store.close()


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 2147483647])
def test_every_window(store: Store, limit: int, newest_first: bool) -> None:
    """Each pair of bounds gives what cutting a plain list gives."""
    listed = NAMES[::-1] if newest_first else NAMES
    for after, before in itertools.product(["", *NAMES], repeat=2):
        start = listed.index(after) + 1 if after else 0
        stop = listed.index(before) if before else len(listed)
        window = listed[start:stop]

        page = store.page(
            "thing", "here", limit=limit, newest_first=newest_first, after=after, before=before
        )

        assert [thing["id"] for thing in page.data] == window[:limit]
        assert page.has_more == (len(window) > limit)


def test_a_bound_from_elsewhere(store: Store) -> None:
    """An id that is not in this list is no bound for it."""
    with pytest.raises(KeyError, match="物9"):
        store.page("thing", "here", limit=5, newest_first=True, after="物9")


@pytest.fixture(scope="module")
def thread(server: Any) -> tuple[str, list[str]]:
    """A thread with 22 runs, oldest first."""
    with Api(server.url, server.token) as api:
        thread_id, assistant = api.thread(), api.assistant()
        more = {"messages": [{"role": "user", "content": "再"}]}
        body = {"assistant_id": assistant, "thread_id": thread_id, "thread": more}
        return thread_id, [api.run(**body)["id"] for _ in range(22)]


def test_omitted_parameters(api: Api, thread: tuple[str, list[str]]) -> None:
    """20 at most, newest first; nulls and empty texts count as omitted."""
    thread_id, ids = thread
    page = api.ok("threads/runs/list", thread_id=thread_id)
    nulls = dict.fromkeys(["limit", "order", "after", "before"])
    same = api.ok("threads/runs/list", thread_id=thread_id, **nulls)
    empty = api.ok("threads/runs/list", thread_id=thread_id, after="", before="")

    assert [run["id"] for run in page["data"]] == ids[:1:-1]
    assert (page["first_id"], page["last_id"]) == (ids[-1], ids[2])
    assert page["has_more"] is True
    assert page == same == empty


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 7, 21, 22, 2147483647])
def test_walking_through(api: Api, thread: tuple[str, list[str]], limit: int, order: str) -> None:
    """The last id of one page as the `after` of the next leads to every run once."""
    thread_id, ids = thread
    body: dict[str, Any] = {"thread_id": thread_id, "limit": limit, "order": order}
    found = []
    more = True
    while more:
        page = api.ok("threads/runs/list", **body)
        found += [run["id"] for run in page["data"]]
        body["after"], more = page["last_id"], page["has_more"]

    assert found == (ids if order == "asc" else ids[::-1])


def test_an_empty_page(api: Api) -> None:
    """No data, empty ids, nothing behind it."""
    page = api.ok("threads/runs/list", thread_id=api.thread())

    assert page == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}


def test_steps_are_paged_alike(api: Api) -> None:
    """By creation, and not by the text of their ids."""
    where, call = api.waiting_run()
    outputs = [{"tool_call_id": call, "output": "晴"}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    page = api.ok("threads/runs/steps/list", **where, limit=1)
    rest = api.ok("threads/runs/steps/list", **where, limit=1.0, after=page["last_id"])

    assert (page["data"][0]["id"], page["has_more"]) == ("step-2", True)
    assert (rest["data"][0]["id"], rest["has_more"]) == ("step-1", False)


@pytest.mark.parametrize("limit", [0, -1, -20, 1.5, "5", 2147483648, 10**30])
def test_a_wrong_limit(api: Api, limit: object) -> None:
    """Below 1, or no whole number: refused."""
    error = api.error("threads/runs/list", 400, thread_id="t", limit=limit)

    assert error["param"] == "limit"
