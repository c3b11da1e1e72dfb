"""Pages of every list, for each pair of bounds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import UNLIMITED, files
from contract_tests.spec import document as spec
from contract_tests.spec.samples import WEATHER, only_call, text_of
from scripts.evidence import about

MESSAGES = [{"role": "user", "content": text} for text in ("一", "二", "三")]
LIMITS = (1, None)


class Listed(NamedTuple):
    """The newest items of a list, the oldest of them first; and its address."""

    ids: list[str]
    where: dict[str, str]


def assistants(client: CheckedClient) -> Listed:
    made = [client.call("createAssistant", {"name": name}) for name in ("甲", "乙", "丙")]
    return Listed([one["id"] for one in made], {})


def mounted_files(client: CheckedClient) -> Listed:
    where = {"assistant_id": client.call("createAssistant", {"name": "助手"})["id"]}
    ids = files(client, 3)
    for file_id in ids:
        client.call("mountAssistantFile", {**where, "file_id": file_id})
    return Listed(ids, where)


def messages(client: CheckedClient) -> Listed:
    """Three, in one call and in calls of their own."""
    where = {"thread_id": client.call("createThread", {"messages": MESSAGES[:2]})["id"]}
    newest_first = ids_of(client.call("listMessages", where))
    assert len(newest_first) == 2
    third = client.call("createMessage", {**where, **MESSAGES[2]})
    return Listed([*newest_first[::-1], third["id"]], where)


def message_files(client: CheckedClient) -> Listed:
    where = {"thread_id": client.call("createThread", {})["id"]}
    ids = files(client, 3)
    message = client.call("createMessage", {**where, **MESSAGES[0], "file_ids": ids})
    return Listed(ids, {**where, "message_id": message["id"]})


def runs(client: CheckedClient) -> Listed:
    where = {"thread_id": client.call("createThread", {})["id"]}
    body = {**where, "assistant_id": client.call("createAssistant", {"name": "助手"})["id"]}
    made = [
        client.call("createRun", {**body, "thread": {"messages": [message]}})
        for message in MESSAGES
    ]
    return Listed([run["id"] for run in made], where)


def run_steps(client: CheckedClient) -> Listed:
    """Two, the call of a tool and the answer."""
    assistant_id = client.call("createAssistant", {"name": "助手", "tools": [WEATHER]})["id"]
    body = {"assistant_id": assistant_id, "thread": {"messages": MESSAGES[:1]}}
    run = client.call("createRun", body)
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    output = {"tool_call_id": only_call(run)["id"], "output": "晴"}
    client.call("submitToolOutputs", {**where, "tool_outputs": [output]})
    return Listed(["step-1", "step-2"], where)


LISTS: dict[str, Callable[[CheckedClient], Listed]] = {
    "listAssistants": assistants,
    "listMountedFiles": mounted_files,
    "listMessages": messages,
    "listMessageFiles": message_files,
    "listRuns": runs,
    "listRunSteps": run_steps,
}
# Runs cost money, and so do their steps.
EACH = [
    pytest.param(name, marks=() if make in (runs, run_steps) else pytest.mark.live_safe)
    for name, make in LISTS.items()
]
EACH += [
    pytest.param(name, marks=pytest.mark.skip(reason=f"there is no way here to fill {name}"))
    for name in spec.operations()
    if spec.is_paged(name) and name not in LISTS
]


@about("PageLimit/x-default", "PageOrder/x-default")
@pytest.mark.live_safe
def test_default_limit(client: CheckedClient) -> None:
    """Without a limit a page holds 20, the newest; from the oldest on the next begins behind it.

    (From the newest on that depends on what `after` means.)
    """
    said = [{"role": "user", "content": str(number)} for number in range(41)]
    where = {"thread_id": client.call("createThread", {"messages": said})["id"]}
    every = [text_of(item) for item in client.call("listMessages", {**where, **UNLIMITED})["data"]]
    client.check_unchanged(
        "first-messages", {"order": every[::-1]}, {"order": list(map(str, range(41)))}
    )
    pages, after = [client.call("listMessages", where)], ""
    for _ in range(3):
        pages.append(client.call("listMessages", {**where, "order": "asc", "after": after}))
        after = pages[-1]["last_id"]

    listed = [[text_of(item) for item in page["data"]] for page in pages]
    oldest_first = every[::-1]
    assert listed == [every[:20], oldest_first[:20], oldest_first[20:40], oldest_first[40:]]
    assert [page["has_more"] for page in pages] == [True, True, True, False]


@pytest.mark.parametrize("operation_id", EACH)
def test_every_window(client: CheckedClient, operation_id: str) -> None:
    """Each pair of bounds gives what cutting the whole list gives, in either order.

    The meaning of a bound with the newest first is not known: each of two readings is right, as
    long as the whole list agrees with it.
    """
    ids, where = LISTS[operation_id](client)
    newest_first = ids_of(client.call(operation_id, {**where, **UNLIMITED}))
    assert newest_first[: len(ids)] == ids[::-1]

    fitting = dict(READINGS)
    for order, listed in (("asc", newest_first[::-1]), ("desc", newest_first)):
        for limit, after, before in itertools.product(LIMITS, ["", *ids], ["", *ids]):
            asked = {"limit": limit, "order": order, "after": after, "before": before}
            page = client.call(operation_id, {**where, **asked})
            got = (ids_of(page), page["has_more"])

            expected = {}
            for reading, window_of in fitting.items():
                window = window_of(listed, order, after, before)
                expected[reading] = (window[: limit or 20], len(window) > (limit or 20))
            fitting = {name: fitting[name] for name, one in expected.items() if one == got}
            assert fitting, f"{asked}: got {got}, expected {expected}"
            ends = (got[0][0], got[0][-1]) if got[0] else (None, None)
            assert (page["first_id"] or None, page["last_id"] or None) == ends
    [reading] = fitting  # of three items no window fits both
    client.observations.note("after", reading)


@pytest.mark.parametrize("operation_id", EACH)
def test_wrong_page(client: CheckedClient, operation_id: str) -> None:
    """A bound that is not in the list is not found; wrong words and numbers are refused."""
    _, where = LISTS[operation_id](client)
    for bound in ("after", "before"):
        client.observe("bound", operation_id, {**where, bound: "没有"}, status=404)
    client.observe("limits", operation_id, {**where, "limit": 0}, status=400)
    for wrong in ({"limit": "5"}, {"order": "up"}, {"after": 1}):
        client.call(operation_id, {**where, **wrong}, status=400)


def behind(listed: list[str], _order: str, after: str, before: str) -> list[str]:
    """The items behind `after` and in front of `before` in the order of the listing."""
    start = listed.index(after) + 1 if after else 0
    stop = listed.index(before) if before else len(listed)
    return listed[start:stop]


def created(listed: list[str], order: str, after: str, before: str) -> list[str]:
    """The items created after `after` and before `before`, in either order of the listing."""
    if order == "desc":
        after, before = before, after
    return behind(listed, order, after, before)


READINGS = {"in-listing": behind, "created-after": created}


def ids_of(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["data"]]
