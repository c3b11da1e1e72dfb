"""Every list against a model: cutting a plain list by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import appbuilder_mock
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.mock.uploads import upload
from tests.mock.wire import WEATHER, Api

FIXED = settings(derandomize=True, database=None, deadline=None)
LARGEST = 9

limits = st.sampled_from([None, 1, 2, 3, LARGEST - 1, LARGEST, LARGEST + 1, 20, 2147483647])
orders = st.sampled_from([None, "asc", "desc"])


def expected(oldest_first: list[str], query: dict[str, Any]) -> dict[str, Any] | str:
    """The page of a list by hand, or the name of the bound that is not in it."""
    listed = oldest_first if query["order"] == "asc" else oldest_first[::-1]
    for bound in ("after", "before"):
        if query[bound] and query[bound] not in listed:
            return bound
    start = listed.index(query["after"]) + 1 if query["after"] else 0
    stop = listed.index(query["before"]) if query["before"] else len(listed)
    window = listed[start:stop]
    page = window[: query["limit"] or 20]
    return {
        "ids": page,
        "first_id": page[0] if page else "",
        "last_id": page[-1] if page else "",
        "has_more": len(window) > len(page),
    }


def answered(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any] | str:
    """The page that the server answers, or the name of the bound it refuses."""
    response = api.post(path, body)
    answer: dict[str, Any] = response.json()
    if response.status_code == 404:
        return str(answer["error"]["param"])

    assert response.status_code == 200, response.text
    assert answer.pop("object") == "list"
    return {"ids": [one["id"] for one in answer.pop("data")], **answer}


# ── Lists that belong to something: one of each length is made, and asked often ─────────────────


def messages(api: Api, size: int) -> tuple[dict[str, str], list[str]]:
    thread_id = api.ok("threads")["id"]
    body = {"thread_id": thread_id, "role": "user", "content": "你好"}
    return {"thread_id": thread_id}, [api.ok("threads/messages", **body)["id"] for _ in range(size)]


def message_files(api: Api, size: int) -> tuple[dict[str, str], list[str]]:
    thread_id = api.thread()
    files = [f"file-{number}" for number in range(size)]
    body = {"thread_id": thread_id, "role": "user", "content": "你好", "file_ids": files}
    message = api.ok("threads/messages", **body)
    return {"thread_id": thread_id, "message_id": message["id"]}, files


def mounts(api: Api, size: int) -> tuple[dict[str, str], list[str]]:
    """Every second one is taken back, and mounted again as the newest."""
    where = {"assistant_id": api.assistant()}
    files = [upload(api, b"")["id"] for _ in range(size)]
    for file_id in files:
        api.ok("assistants/files", **where, file_id=file_id)
    for file_id in files[::2]:
        api.ok("assistants/files/delete", **where, file_id=file_id)
        api.ok("assistants/files", **where, file_id=file_id)
    return where, files[1::2] + files[::2]


def runs(api: Api, size: int) -> tuple[dict[str, str], list[str]]:
    thread_id = api.thread("你好")
    body = {
        "assistant_id": api.assistant(),
        "thread_id": thread_id,
        "thread": {"messages": [{"role": "user", "content": "你好"}]},
    }
    return {"thread_id": thread_id}, [api.run(**body)["id"] for _ in range(size)]


def steps(api: Api, size: int) -> tuple[dict[str, str], list[str]]:
    """A run has one step or, with a function, two."""
    run = api.run(tools=[WEATHER] if size > 1 else [])
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    if run["required_action"]:
        [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": call["id"], "output": "晴"}]
        api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    return where, ["step-1", "step-2"][: max(1, size)]


Make = Callable[[Api, int], tuple[dict[str, str], list[str]]]


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("threads/messages/list", messages),
        ("threads/messages/files/list", message_files),
        ("assistants/files/list", mounts),
        ("threads/runs/list", runs),
        ("threads/runs/steps/list", steps),
    ],
)
def test_any_page(server: appbuilder_mock.Running, path: str, make: Make) -> None:
    """For any length, limit, order and pair of bounds, also ones that are not in the list."""
    with Api(server.url, server.token) as api:
        made = functools.cache(functools.partial(make, api))

        @FIXED
        @given(st.data())
        def check(data: st.DataObject) -> None:
            where, ids = made(data.draw(st.integers(0, LARGEST)))
            bounds = st.sampled_from([None, "", *ids, "of another list"])
            query = {
                "limit": data.draw(limits),
                "order": data.draw(orders),
                "after": data.draw(bounds),
                "before": data.draw(bounds),
            }

            assert answered(api, path, {**where, **query}) == expected(ids, query)

        check()


# ── The assistants, which are created and deleted
# ─────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def own_api() -> Iterator[Api]:
    """Of a server that has no other assistants."""
    with appbuilder_mock.running() as server, Api(server.url, server.token) as api:
        yield api


def test_any_page_of_assistants(own_api: Api) -> None:
    """Pages are right after any sequence of creations and deletions."""

    class Assistants(RuleBasedStateMachine):
        known = Bundle("known")

        def __init__(self) -> None:
            super().__init__()
            self.ids: list[str] = []

        def teardown(self) -> None:
            for id_ in self.ids:
                own_api.ok("assistants/delete", assistant_id=id_)

        @rule(target=known, count=st.integers(1, 3))
        def create(self, count: int) -> Any:
            made = [own_api.assistant() for _ in range(count)]
            self.ids += made
            return multiple(*made)

        @rule(id_=known)
        def delete(self, id_: str) -> None:
            if id_ in self.ids:
                own_api.ok("assistants/delete", assistant_id=id_)
                self.ids.remove(id_)

        @rule(
            after=st.one_of(st.sampled_from([None, ""]), known),
            before=st.one_of(st.sampled_from([None, ""]), known),
            limit=limits,
            order=orders,
        )
        def list_(self, **query: Any) -> None:
            assert answered(own_api, "assistants/list", query) == expected(self.ids, query)

    run_state_machine_as_test(
        Assistants, settings=settings(FIXED, max_examples=40, stateful_step_count=20)
    )
