"""The whole life of assistants, threads and messages: made, found, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import UNLIMITED, files
from contract_tests.spec.answers import is_error
from contract_tests.spec.readings import MODEL
from contract_tests.spec.samples import WEATHER, only, text_of
from scripts.evidence import about

FULL = {
    "name": "天气助手",
    "description": "说明",
    "instructions": "每句话回复前都加上我是秦始皇",
    "thought_instructions": "想一想",
    "chat_instructions": "礼貌",
    "response_format": "json_object",
    "tools": [WEATHER],
    "metadata": {"主题": "天气"},
}

NOW = {"type": "function", "function": {"name": "now", "description": "现在几点"}}


@pytest.fixture
def assistant(client: CheckedClient) -> dict[str, Any]:
    return client.call("createAssistant", {**FULL, "file_ids": files(client, 1)})


@pytest.fixture
def thread_id(client: CheckedClient) -> str:
    """A thread with one message."""
    body = {"messages": [{"role": "user", "content": "你好"}]}
    return str(client.call("createThread", body)["id"])


@about("updateAssistant/description", "UpdateAssistantRequest/description")
@pytest.mark.live_safe
def test_assistant(client: CheckedClient, assistant: dict[str, Any]) -> None:
    """Every field is returned, an update changes its fields only, a deleted one is not found."""
    which = {"assistant_id": assistant["id"]}
    assert {name: assistant[name] for name in FULL} == FULL
    only(assistant["file_ids"])
    assert client.call("queryAssistant", which) == assistant
    assert assistant in client.call("listAssistants", UNLIMITED)["data"]

    change = {"description": "新的说明", "tools": [NOW]}
    updated = client.call("updateAssistant", {**which, **change})
    assert {**updated, **change} == updated
    changed = client.call("queryAssistant", which)
    assert updated == {**changed, "model": updated.get("model")}
    client.check_unchanged("left-out", changed, {**assistant, **change})
    assert changed in client.call("listAssistants", UNLIMITED)["data"]

    gone = client.call("deleteAssistant", which)
    assert gone == {"id": assistant["id"], "object": "assistant.deleted", "deleted": True}
    for operation_id in ("queryAssistant", "updateAssistant", "deleteAssistant"):
        client.observe("deleted", operation_id, which, status=404)
    question = {"messages": [{"role": "user", "content": "你好"}]}
    client.observe("deleted", "createRun", {**which, "thread": question}, status=404)
    client.call("listAssistants", UNLIMITED)  # deleted_is_gone looks for it there


@pytest.mark.live_safe
def test_required_fields_of_an_assistant(client: CheckedClient) -> None:
    """With a name and a model it is made; whether one of them is enough is an open question."""
    name, model = {"name": "助手"}, {"model": MODEL}
    made = {"name": False, "model": False}
    for which, body in (("name", name), ("model", model)):
        refused = is_error(client.send("createAssistant", {**body, "metadata": {"只有": which}}))
        made[which] = not refused
    if not all(made.values()):
        client.call("createAssistant", {**name, **model})
    needs = {(True, False): "name", (False, True): "model", (True, True): "nothing"}
    needed_here = needs.get((made["name"], made["model"]), "name-and-model")
    client.observations.note("assistant-needs", needed_here)


@pytest.mark.live_safe
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": 1},
        {"name": "两 个词"},
        {"name": "名" * 129},
        {"description": "字" * 513},
        {"instructions": "字" * 4097},
        {"response_format": "xml"},
        {"tools": [WEATHER] * 11},
        {"file_ids": [f"file-{number}" for number in range(11)]},
        {"metadata": {f"键{number}": "值" for number in range(17)}},
        {"metadata": {"键": 1}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_refused_assistant(
    client: CheckedClient, assistant: dict[str, Any], wrong: dict[str, Any]
) -> None:
    """With one wrong field no assistant is created, and the existing ones stay unchanged."""
    which = {"assistant_id": assistant["id"]}
    before = client.call("listAssistants", UNLIMITED)
    valid = {"chat_instructions": "换了"}

    client.call("createAssistant", {"name": "新助手", **valid, **wrong}, status=400)
    client.call("updateAssistant", {**which, **valid, **wrong}, status=400)

    assert client.call("listAssistants", UNLIMITED) == before
    assert client.call("queryAssistant", which) == assistant


@about("UpdateMessageRequest/description", "updateMessage/description")
def test_null_changes_nothing(
    client: CheckedClient, assistant: dict[str, Any], thread_id: str
) -> None:
    """In an update null is as good as left out, in every field.

    Another server's treatment of it is not known.
    """
    which = {"assistant_id": assistant["id"]}
    client.observe("left-out", "updateAssistant", {**which, **dict.fromkeys(FULL)}, status=200)
    client.check_unchanged("left-out", client.call("queryAssistant", which), assistant)

    where = {"thread_id": thread_id}
    thread = client.call("updateThread", {**where, "metadata": {"主题": "天气"}})
    client.observe("left-out", "updateThread", {**where, "metadata": None}, status=200)
    client.check_unchanged("left-out", client.call("queryThread", where), thread)

    body = {"role": "user", "content": "北京天气如何？", "file_ids": files(client, 1)}
    message = client.call("createMessage", {**where, **body})
    this = {**where, "message_id": message["id"]}
    nulls = {"content": None, "file_ids": None}
    client.observe("left-out", "updateMessage", {**this, **nulls}, status=200)
    client.check_unchanged("left-out", client.call("queryMessage", this), message)


def test_empty_empties(client: CheckedClient, assistant: dict[str, Any]) -> None:
    """An update takes instructions away that it says are empty, keeps metadata, and no more.

    The effect of other empty texts and lists is not known: they empty the field, or do nothing.
    """
    which = {"assistant_id": assistant["id"]}
    texts = ("description", "instructions", "thought_instructions", "chat_instructions")
    empty = {**dict.fromkeys(texts, ""), "tools": [], "file_ids": [], "metadata": {}}

    for name, value in empty.items():
        client.call("updateAssistant", {**which, name: value})
        queried = client.call("queryAssistant", which)
        if name == "instructions":
            assert queried[name] == ""
        elif name == "metadata":
            assert queried[name] == assistant[name]
        else:
            assert queried[name] in (assistant[name], value)
            client.observations.note("empty-fields", "kept" if queried[name] else "emptied")
        client.check_unchanged("left-out", {**queried, name: assistant[name]}, assistant)
        assistant = queried


def test_assistant_has_the_model_that_it_is_given(client: CheckedClient) -> None:
    """The answer to an update says it, whether it came with the update or before."""
    made = client.call("createAssistant", {"name": "助手", "model": "ERNIE-明天"})
    which = {"assistant_id": made["id"]}

    for model in ("ERNIE-明天", "ERNIE-后天"):
        updated = client.call("updateAssistant", {**which, "model": model})
        assert updated.get("model") == model
        without = client.call("updateAssistant", which)
        client.check_unchanged("left-out", {"model": without.get("model")}, {"model": model})


@pytest.mark.live_safe
def test_thread(client: CheckedClient) -> None:
    """Its metadata is replaced when it is sent; what was in a deleted thread is gone too."""
    thread = client.call("createThread", {"messages": [{"role": "user", "content": "你好"}]})
    which = {"thread_id": thread["id"]}
    assert client.call("queryThread", which) == thread
    message = only(client.call("listMessages", which)["data"])

    for metadata in ({"主题": "天气", "a": ""}, {"b": "只有这个"}):
        updated = client.call("updateThread", {**which, "metadata": metadata})
        assert updated == {**thread, "metadata": metadata}
        assert client.call("queryThread", which) == updated
        client.observe("left-out", "updateThread", which, status=200)
        client.check_unchanged("left-out", client.call("queryThread", which), updated)
        client.call("updateThread", {**which, "metadata": metadata})
    emptied = client.call("updateThread", {**which, "metadata": {}})
    assert emptied in ({**thread, "metadata": {}}, updated)
    client.observations.note("empty-thread-metadata", "kept" if emptied["metadata"] else "emptied")
    assert client.call("queryThread", which) == emptied

    gone = client.call("deleteThread", which)
    assert gone == {"id": thread["id"], "object": "thread.deleted", "deleted": True}
    for operation_id in ("queryThread", "updateThread", "deleteThread", "listMessages", "listRuns"):
        client.observe("deleted", operation_id, which, status=404)
    more = {**which, "role": "user", "content": "还在吗"}
    client.observe("deleted", "createMessage", more, status=404)
    this = {**which, "message_id": message["id"]}
    client.observe("deleted", "queryMessage", this, status=404)


def test_deleted_thread_takes_its_runs_along(client: CheckedClient, thread_id: str) -> None:
    """Also a run that waits; another thread's is not touched."""
    assistant_id = client.call("createAssistant", FULL)["id"]
    other = client.call("createThread", {"messages": [{"role": "user", "content": "别的"}]})
    body = {"assistant_id": assistant_id}
    run = client.call("createRun", {**body, "thread_id": thread_id})
    kept = client.call("createRun", {**body, "thread_id": other["id"]})
    assert (run["status"], kept["status"]) == ("requires_action", "requires_action")

    client.call("deleteThread", {"thread_id": thread_id})

    where = {"thread_id": thread_id, "run_id": run["id"]}
    for operation_id in ("queryRun", "cancelRun", "listRunSteps"):
        client.observe("deleted", operation_id, where, status=404)
    still = client.call("queryRun", {"thread_id": other["id"], "run_id": kept["id"]})
    assert still["status"] == "requires_action"


@pytest.mark.live_safe
def test_refused_thread(client: CheckedClient, thread_id: str) -> None:
    which = {"thread_id": thread_id}
    thread = client.call("updateThread", {**which, "metadata": {"主题": "天气"}})
    for metadata in ({"键" * 65: ""}, {"键": "值" * 513}, {"键": None}, ["键"]):
        client.call("updateThread", {**which, "metadata": metadata}, status=400)

    assert client.call("queryThread", which) == thread


@pytest.mark.live_safe
def test_message(client: CheckedClient, thread_id: str) -> None:
    """A message keeps its place in the thread after every update."""
    which = {"thread_id": thread_id}
    first, second = files(client, 2)
    body = {"role": "user", "content": "北京天气如何？", "file_ids": [first, second]}
    message = client.call("createMessage", {**which, **body})
    last = client.call("createMessage", {**which, "role": "assistant", "content": "晴"})
    this = {**which, "message_id": message["id"]}
    assert (message["role"], message["file_ids"]) == ("user", [first, second])
    assert text_of(message) == "北京天气如何？"
    assert client.call("queryMessage", this) == message
    assert client.call("listMessages", which)["data"][:2] == [last, message]

    assert text_of(client.call("updateMessage", {**this, "content": ""})) in ("", body["content"])
    reworded = client.call("updateMessage", {**this, "content": "明天呢？"})
    assert text_of(reworded) == "明天呢？"
    client.check_unchanged("left-out", reworded, {**message, "content": reworded["content"]})
    without = client.call("updateMessage", {**this, "file_ids": [second]})
    assert without["file_ids"] == [second]
    client.check_unchanged("left-out", without, {**reworded, "file_ids": [second]})
    assert client.call("queryMessage", this) == without
    assert client.call("listMessages", which)["data"][:2] == [last, without]
    file = only(client.call("listMessageFiles", this)["data"])
    assert (file["id"], file["message_id"]) == (second, message["id"])
    emptied = client.call("updateMessage", {**this, "file_ids": []})["file_ids"]
    assert emptied in ([], [second], None)
    client.observations.note("empty-fields", "kept" if emptied else "emptied")
    assert len(client.call("listMessageFiles", this)["data"]) == len(emptied or [])


@pytest.mark.live_safe
def test_metadata_of_a_message(client: CheckedClient) -> None:
    """Metadata may be sent; its return is an open question."""
    metadata = {"主题": "天气"}
    said = {"role": "user", "content": "你好", "metadata": metadata}
    where = {"thread_id": client.call("createThread", {"messages": [said]})["id"]}
    made = client.call("createMessage", {**where, **said})

    for message in (made, *client.call("listMessages", where)["data"]):
        assert (message.get("metadata") or metadata) == metadata
        client.observations.note(
            "message-metadata", "shown" if message.get("metadata") else "absent"
        )


@pytest.mark.live_safe
def test_refused_message(client: CheckedClient, thread_id: str) -> None:
    """Neither a wrong field nor a wrong place adds or changes anything."""
    which = {"thread_id": thread_id}
    before = client.call("listMessages", which)
    message = only(before["data"])
    this = {**which, "message_id": message["id"]}
    good = {"role": "user", "content": "你好"}
    eleven = [f"file-{number}" for number in range(11)]
    wrongs: list[dict[str, Any]] = [{"content": 1}, {"file_ids": eleven}, {"file_ids": [1]}]
    for wrong in (*wrongs, {"role": "system"}, {"content": None}):
        client.call("createMessage", {**which, **good, **wrong}, status=400)
    for wrong in wrongs:
        client.call("updateMessage", {**this, "content": "好", **wrong}, status=400)
    elsewhere = {**this, "thread_id": client.call("createThread", {})["id"]}
    for operation_id in ("queryMessage", "listMessageFiles"):
        client.call(operation_id, elsewhere, status=404)
    client.call("updateMessage", {**elsewhere, "content": "好"}, status=404)

    assert client.call("listMessages", which) == before
