"""Assistants: what changes, what stays, what goes; and the files mounted on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.uploads import upload
from tests.mock.wire import WEATHER, Api, final_text

FULL: dict[str, Any] = {
    "name": "助手",
    "description": "说明",
    "instructions": "简短",
    "thought_instructions": "想一想",
    "chat_instructions": "礼貌",
    "response_format": "json_object",
    "tools": [WEATHER],
    "file_ids": ["file-1"],
    "metadata": {"键": "值"},
}
CHANGES: dict[str, Any] = {
    "name": "新助手",
    "description": "新说明",
    "instructions": "详细",
    "thought_instructions": "多想想",
    "chat_instructions": "随便",
    "response_format": "text",
    "tools": [],
    "file_ids": ["file-2", "file-3"],
    "metadata": {"另": "一"},
}
EMPTY = {"description": "", "instructions": "", "tools": [], "file_ids": []}


@pytest.mark.parametrize("field", CHANGES)
def test_an_update_changes_the_sent_fields(api: Api, field: str) -> None:
    """One field, and no other."""
    made = api.ok("assistants", **FULL)
    change = {field: CHANGES[field]}
    updated = api.ok("assistants/update", assistant_id=made["id"], **change)
    queried = api.ok("assistants/query", assistant_id=made["id"])

    assert queried == {**made, **change}
    assert updated == {**queried, "model": "DeepSeek-V3.1"}


def test_an_update_echoes_the_model(api: Api) -> None:
    """The one it was given, then or now; a run uses it."""
    assistant_id = api.assistant(model="ERNIE-X")
    kept = api.ok("assistants/update", assistant_id=assistant_id, description="新")
    changed = api.ok("assistants/update", assistant_id=assistant_id, model="ERNIE-Y")
    run = api.run(assistant_id=assistant_id)
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}

    assert (kept["model"], changed["model"]) == ("ERNIE-X", "ERNIE-Y")
    assert api.ok("threads/runs/query", **where)["model"] == "ERNIE-Y"


def test_nulls_change_nothing_and_empties_do(api: Api) -> None:
    """A null counts as left out, and so does empty metadata; an empty text or list was sent."""
    made = api.ok("assistants", **FULL)
    nulls = dict.fromkeys([*CHANGES, "model"])
    api.ok("assistants/update", assistant_id=made["id"], **nulls)
    unchanged = api.ok("assistants/query", assistant_id=made["id"])
    api.ok("assistants/update", assistant_id=made["id"], **EMPTY)
    emptied = api.ok("assistants/query", assistant_id=made["id"])

    assert unchanged == made
    assert emptied == {**made, **EMPTY}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": "有 空格"}, "name"),
        ({"name": "字" * 129}, "name"),
        ({"description": "字" * 513}, "description"),
        ({"instructions": "字" * 4097}, "instructions"),
        ({"response_format": "xml"}, "response_format"),
        ({"file_ids": ["f"] * 11}, "file_ids"),
        ({"metadata": {"k": "字" * 513}}, "metadata.k"),
    ],
)
def test_a_wrong_update(api: Api, change: dict[str, Any], param: str) -> None:
    """400, and nothing changes."""
    made = api.ok("assistants", **FULL)
    error = api.error("assistants/update", 400, assistant_id=made["id"], **change)

    assert error["param"] == param
    assert api.ok("assistants/query", assistant_id=made["id"]) == made


def test_a_deleted_assistant(api: Api) -> None:
    """Every later look-up is a 404, and the list does not have it."""
    assistant_id, file_id = api.assistant(), upload(api, b"a")["id"]
    mount = {"assistant_id": assistant_id, "file_id": file_id}
    api.ok("assistants/files", **mount)
    deleted = api.ok("assistants/delete", assistant_id=assistant_id)

    assert deleted == {"id": assistant_id, "object": "assistant.deleted", "deleted": True}
    for path in ("update", "query", "delete", "files/list"):
        error = api.error(f"assistants/{path}", 404, assistant_id=assistant_id)
        assert (error["code"], error["param"]) == ("assistant_not_found", "assistant_id")
    for path in ("files", "files/delete"):
        assert api.error(f"assistants/{path}", 404, **mount)["param"] == "assistant_id"
    message = {"messages": [{"role": "user", "content": "你好"}]}
    api.error("threads/runs", 404, assistant_id=assistant_id, thread=message)
    listed = api.ok("assistants/list", limit=2147483647)["data"]
    assert assistant_id not in {assistant["id"] for assistant in listed}
    assert api.ok("storage/files/query", file_id=file_id)["id"] == file_id


def test_an_assistant_deleted_while_its_run_waits(api: Api) -> None:
    """The run has its own copy of the assistant, and continues."""
    assistant_id = api.assistant(instructions="简短")
    where, call = api.waiting_run(assistant_id=assistant_id)
    api.ok("assistants/delete", assistant_id=assistant_id)
    outputs = [{"tool_call_id": call, "output": "晴"}]
    run = api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)

    assert run["assistant_id"] == assistant_id
    assert final_text(run).startswith("简短\n")


def test_an_assistant_deleted_while_its_stream_waits(api: Api) -> None:
    """The stream continues, too."""
    received = []
    with api.stream(tools=[WEATHER]) as events:
        for event in events:
            received.append(event)
            if event.kind == "tool_calls":
                run = received[0].data["details"]["run_object"]
                api.ok("assistants/delete", assistant_id=run["assistant_id"])
                [call] = event.data["details"]["tool_calls"]
                api.ok(
                    "threads/runs/submit_tool_outputs",
                    thread_id=run["thread_id"],
                    run_id=run["id"],
                    tool_outputs=[{"tool_call_id": call["id"], "output": "晴"}],
                )

    assert received[-1].data["status"] == "completed"


def test_a_mount(api: Api) -> None:
    """It is listed once, however often it is made, until it is taken back."""
    assistant_id, file_id = api.assistant(), upload(api, b"a")["id"]
    mount = {"assistant_id": assistant_id, "file_id": file_id}
    made = api.ok("assistants/files", **mount)
    again = api.ok("assistants/files", **mount)
    listed = api.ok("assistants/files/list", assistant_id=assistant_id, limit=2147483647)
    unmounted = api.ok("assistants/files/delete", **mount)
    empty = api.ok("assistants/files/list", assistant_id=assistant_id)
    twice = api.error("assistants/files/delete", 404, **mount)
    bound = api.error("assistants/files/list", 404, assistant_id=assistant_id, after=file_id)

    assert set(made) == {"id", "object", "created_at", "assistant_id"}
    assert (made["id"], made["object"]) == (file_id, "assistant.file")
    assert made["assistant_id"] == assistant_id
    assert again == made
    assert listed["data"] == [made]
    assert unmounted == {"id": file_id, "object": "assistant.file.deleted", "deleted": True}
    assert (empty["data"], empty["has_more"]) == ([], False)
    assert (twice["code"], twice["param"]) == ("file_not_found", "file_id")
    assert (bound["code"], bound["param"]) == ("file_not_found", "after")
    assert api.ok("storage/files/query", file_id=file_id)["id"] == file_id


def test_a_mount_checks_both_ids(api: Api) -> None:
    """404 that names the one that is wrong."""
    assistant_id, file_id = api.assistant(), upload(api, b"a")["id"]
    no_file = api.error("assistants/files", 404, assistant_id=assistant_id, file_id="file-0")
    no_assistant = api.error("assistants/files", 404, assistant_id="asst_0", file_id=file_id)

    assert (no_file["code"], no_file["param"]) == ("file_not_found", "file_id")
    assert (no_assistant["code"], no_assistant["param"]) == ("assistant_not_found", "assistant_id")


def test_a_file_on_two_assistants(api: Api) -> None:
    """Taken from one, it stays on the other."""
    file_id = upload(api, b"a")["id"]
    one, other = api.assistant(), api.assistant()
    for assistant_id in (one, other):
        api.ok("assistants/files", assistant_id=assistant_id, file_id=file_id)
    api.ok("assistants/files/delete", assistant_id=one, file_id=file_id)

    assert api.ok("assistants/files/list", assistant_id=one)["data"] == []
    assert len(api.ok("assistants/files/list", assistant_id=other)["data"]) == 1
