"""The objects that the examples in openapi.yaml name, so that the examples succeed."""

from __future__ import annotations

from appbuilder_mock.contract import the_contract
from appbuilder_mock.resources.conversation import new_assistant, new_message, new_thread
from appbuilder_mock.resources.files import mount_file, new_file
from appbuilder_mock.resources.records import mark_ended, new_call, new_run, new_step
from appbuilder_mock.storage.clock import now
from appbuilder_mock.storage.store import Store
from appbuilder_mock.uploads.upload import StoredFile

# Operations with an example that needs a waiting run; the others name a completed one.
ON_WAITING_RUNS = ("submitToolOutputs", "cancelRun")

ON_MOUNTED_FILES = ("unmountAssistantFile",)

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一个城市的天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "default": "北京"}},
            "required": ["city"],
        },
    },
}


def seed_examples(store: Store) -> None:
    """Create the missing objects of the request examples.

    A waiting run can be continued or cancelled once, a mounted file unmounted once, and what an
    example deletes is named by no other; for another time make another one.
    """
    examples = [
        (operation.id, example)
        for operation in the_contract().operations.values()
        for example in operation.examples
    ]
    with store.transaction():
        for _, example in examples:
            if "assistant_id" in example:
                _assistant(store, example["assistant_id"])
            if "file_id" in example:
                _file(store, example["file_id"])
        for operation, example in examples:
            if operation in ON_MOUNTED_FILES:
                mount_file(store, example["assistant_id"], example["file_id"])
            if "thread_id" in example:
                _thread(store, example["thread_id"])
            if "message_id" in example:
                _message(store, example["thread_id"], example["message_id"])
            if "run_id" in example:
                waits = operation in ON_WAITING_RUNS
                _run(store, example["thread_id"], example["run_id"], waits=waits)


def _assistant(store: Store, id_: str) -> None:
    if store.find("assistant", "", id_) is None:
        body = {"name": "example", "instructions": "每句话回复前都加上我是秦始皇"}
        new_assistant(store, body, id_=id_)


def _thread(store: Store, id_: str) -> None:
    if store.find("thread", "", id_) is None:
        new_thread(store, {}, id_=id_)


def _message(store: Store, thread_id: str, id_: str) -> None:
    if store.find("message", thread_id, id_) is None:
        file = next(store.every("file"))
        body = {"role": "user", "content": "hello world", "file_ids": [file["id"]]}
        new_message(store, thread_id, body, id_=id_)


def _file(store: Store, id_: str) -> None:
    if store.find("file", "", id_) is None:
        writer = store.blobs.new()
        writer.write("你好世界".encode())
        writer.close()
        stored = StoredFile("readme.txt", "text/plain", writer.blob, writer.size)
        new_file(store, stored, "assistant", id_=id_)


def _run(store: Store, thread_id: str, id_: str, *, waits: bool) -> None:
    if store.find("run", thread_id, id_) is not None:
        return
    assistant = next(store.every("assistant"))
    asked = new_message(store, thread_id, {"role": "user", "content": "北京天气如何？"})
    body = {"tools": [WEATHER]} if waits else {}
    run = new_run(assistant, thread_id, body, id_=id_, asked=asked["id"])
    run["started_at"] = now()
    if waits:
        call = new_call(run, 1, "get_weather", '{"city":"北京"}')
        run.update(status="requires_action", waiting_since=now(), calls=[call])
        step = new_step(run, 1, "tool_calls", calls=[call])
    else:
        step = new_step(run, 1, "message_creation", message_id=store.new_id("chatmsg_"))
        mark_ended(step, "completed")
        mark_ended(run, "completed")
    store.add("run", thread_id, run)
    store.add("step", id_, step)
