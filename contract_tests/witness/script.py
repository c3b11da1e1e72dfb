"""The questions, in the order in which they are asked: about 45 requests, at most five runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from contract_tests.spec.answers import is_error
from contract_tests.spec.readings import MODEL
from contract_tests.spec.samples import QUESTION, WEATHER
from contract_tests.target.target import UnusableTarget

from .session import NotAsked, Session

RUNS = 5
UNKNOWN_ASSISTANT = "asst_00000000000000000000000000000000"
CONTENT = "你好世界".encode()
Step = Callable[[Session], None]


def ask_all(session: Session) -> Iterator[str]:
    """Ask everything; yield why a question could not be asked. Raises UnusableTarget."""
    for step in STEPS:
        try:
            step(session)
        except UnusableTarget:
            raise
        except NotAsked as error:
            yield f"{step.__name__.strip('_')}: {error}"
        except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
            # The object that it is about was not made, or the answer has another form.
            yield f"{step.__name__.strip('_')}: {type(error).__name__}: {error}"


def _assistant(session: Session) -> None:
    body: dict[str, Any] = {"name": "witness"}
    response = session.send("createAssistant", body)
    needs_model = is_error(response)
    if needs_model:
        session.taken("createAssistant", {**body, "model": MODEL})
        response = session.responses[-1][1]
    assistant = response.json()
    session.ids["assistant_id"] = assistant["id"]
    session.observations.note("assistant-needs", "model" if needs_model else "name")
    session.findings.holds(
        "CreateAssistantRequest.model/description",
        not needs_model,
        "refused without a model, taken with one" if needs_model else "taken without a model",
    )
    if "instructions" in assistant:
        instructions = assistant["instructions"]
        seen = f"{instructions!r} in a new assistant without instructions"
        session.findings.holds("Assistant.instructions/default", instructions == "", seen)


def _file(session: Session) -> None:
    part = {"file": ("witness.txt", CONTENT, "text/plain")}
    file = session.taken("createFile", files=part)
    session.ids["file_id"] = file["id"]
    purpose = file.get("purpose")
    session.findings.holds("createFile?purpose/x-default", purpose == "assistant", repr(purpose))
    session.taken("queryFile", _ids(session, "file_id"))


def _download(session: Session) -> None:
    response = session.send("downloadFile", _ids(session, "file_id"))
    if is_error(response):
        raise NotAsked("downloadFile was refused")
    there = "content-disposition" in response.headers
    fact_id = "downloadFile 200 Content-Disposition/required"
    session.findings.holds(fact_id, there, "sent" if there else "not sent")


def _mounts(session: Session) -> None:
    both = _ids(session, "assistant_id", "file_id")
    which = _ids(session, "assistant_id")
    session.taken("mountAssistantFile", both)
    refused = is_error(session.send("mountAssistantFile", both))
    session.observations.note("mounts", "refused" if refused else "taken", "mountAssistantFile")
    count = len(session.taken("listMountedFiles", which)["data"])
    seen = f"the second mount was {'refused' if refused else 'taken'}; mounted {count} times"
    session.findings.holds("mountAssistantFile/x-repeatable", not refused and count == 1, seen)


def _lists(session: Session) -> None:
    session.taken("listAssistants", {"limit": 1})


def _limit(session: Session) -> None:
    session.refuses("PageLimit/minimum", "listAssistants", {"limit": 0}, question="limits")


def _bound(session: Session) -> None:
    body = {"limit": 1, "after": UNKNOWN_ASSISTANT}
    session.answers("listAssistants", 404, body, question="bound")


def _no_body(session: Session) -> None:
    session.refuses("listAssistants/body", "listAssistants", None, question="no-body")


def _omitted(session: Session) -> None:
    which = _ids(session, "assistant_id")
    session.taken("updateAssistant", {**which, "name": "witness", "instructions": "你是助手"})
    before = session.taken("queryAssistant", which)
    session.taken("updateAssistant", {**which, "description": "变了"})
    after = session.taken("queryAssistant", which)
    names = ("name", "instructions", "model", "response_format", "file_ids", "metadata", "tools")
    changed = [name for name in names if before.get(name) != after.get(name)]
    session.observations.note("left-out", "changed" if changed else "kept", "updateAssistant")
    for name in ("model", "response_format"):
        fact_id = f"UpdateAssistantRequest.{name}/description"
        seen = f"{before.get(name)!r}, then {after.get(name)!r}"
        if name in before:
            session.findings.holds(fact_id, name not in changed, seen)
    seen = f"an update without them changed: {', '.join(changed) or 'none'}"
    session.findings.holds("UpdateAssistantRequest/description", not changed, seen)


def _tools(session: Session) -> None:
    body = {"name": "witness", "model": MODEL, "tools": [WEATHER]}
    session.taken("createAssistant", body)
    for name in ("type", "function"):
        tool = {key: value for key, value in WEATHER.items() if key != name}
        bare = {**body, "tools": [tool]}
        session.refuses(f"FunctionTool.{name}/required", "createAssistant", bare)


def _thread(session: Session) -> None:
    first = [{"role": "user", "content": text} for text in ("第一", "第二")]
    session.ids["thread_id"] = session.taken("createThread", {"messages": first})["id"]
    listed = session.taken("listMessages", {**_ids(session, "thread_id"), "order": "asc"})
    texts = [_text(one["content"]) for one in listed["data"]]
    session.observations.note("first-messages", " ".join(texts))
    if sorted(texts) == sorted(["第一", "第二"]):
        fact_id = "CreateThreadRequest.messages/description"
        session.findings.holds(fact_id, texts == ["第一", "第二"], f"listed as {texts}")


def _text(content: Any) -> str:
    return content if isinstance(content, str) else str(content[0]["text"]["value"])


def _form(session: Session) -> None:
    session.answers("createThread", 415, None, question="media-type", data={"metadata": ""})


def _first_role(session: Session) -> None:
    body = {"messages": [{"content": "你好"}]}
    session.refuses("AssistantMessage.role/required", "createThread", body)


def _metadata(session: Session) -> None:
    which = _ids(session, "thread_id")
    session.taken("updateThread", {**which, "metadata": {"k" * 64: "v" * 512}})
    for fact_id, metadata in (
        ("Metadata.*~/maxLength", {"k" * 65: "v"}),
        ("Metadata.*/maxLength", {"k": "v" * 513}),
    ):
        session.refuses(fact_id, "updateThread", {**which, "metadata": metadata})


def _message(session: Session) -> None:
    body = {**_ids(session, "thread_id"), "role": "user", "content": "你好"}
    message = session.taken("createMessage", {**body, "file_ids": [session.ids["file_id"]]})
    session.ids["message_id"] = message["id"]
    which = _ids(session, "thread_id", "message_id")
    session.taken("listMessageFiles", which)
    changed = session.taken("updateMessage", {**which, "content": "再见"})
    kept = changed.get("file_ids") == message.get("file_ids")
    session.observations.note("left-out", "kept" if kept else "changed", "updateMessage")
    if "file_ids" in message:
        seen = f"file_ids {'kept' if kept else 'changed'} by an update without them"
        session.findings.holds("UpdateMessageRequest/description", kept, seen)


def _role(session: Session) -> None:
    body = {**_ids(session, "thread_id"), "content": "你好"}
    session.refuses("CreateMessageRequest.role/required", "createMessage", body)


def _streamed(session: Session) -> None:
    session.stream({**_ids(session, "assistant_id"), "thread": QUESTION})


def _waiting(session: Session) -> None:
    body = {**_ids(session, "assistant_id"), "thread": QUESTION, "tools": [WEATHER]}
    run = session.taken("createRun", body)
    run_ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = [{"tool_call_id": call["id"], "output": "晴"} for call in calls]
    again = {**_ids(session, "assistant_id"), "thread_id": run["thread_id"], "thread": QUESTION}
    try:
        session.answers("createRun", 409, again, question="run-state")
    finally:
        session.taken("submitToolOutputs", {**run_ids, "tool_outputs": outputs})
    _await_end(session, run_ids)
    session.ended.update(run_ids)
    session.taken("listRunSteps", run_ids)
    body = {**run_ids, "tool_outputs": outputs}
    session.answers("submitToolOutputs", 409, body, question="run-state")


def _await_end(session: Session, run_ids: dict[str, str]) -> None:
    """Look until it has ended, with a longer pause each time."""
    for pause in (0, 2, 8):
        time.sleep(pause)
        status = session.taken("queryRun", run_ids)["status"]
        if status == "completed":
            return
        if status not in ("queued", "in_progress"):
            raise NotAsked(f"the run is {status}")
    raise NotAsked("the run did not end")


def _cancel_ended(session: Session) -> None:
    if not session.ended:
        raise NotAsked("no run is known to have completed")
    session.answers("cancelRun", 409, session.ended, question="run-state", control="queryRun")


def _messages_of_runs(session: Session) -> None:
    """Each is refused, or makes a run, if one is left."""
    which = _ids(session, "assistant_id")
    [message] = QUESTION["messages"]
    for fact_id, messages in (
        ("AssistantThread.messages/maxItems", [message, message]),
        ("CreateRunRequest else.thread.messages/minItems", []),
        ("UserMessage.role/required", [{"content": message["content"]}]),
        ("UserMessage.role/const", [{**message, "role": "assistant"}]),
    ):
        session.refuses(fact_id, "createRun", {**which, "thread": {"messages": messages}})


def _deleted_thread(session: Session) -> None:
    which = _ids(session, "thread_id")
    session.taken("queryThread", which)
    session.taken("deleteThread", which)
    session.is_gone("deleteThread", "queryThread", which)


def _deleted_file(session: Session) -> None:
    which = _ids(session, "file_id")
    session.taken("deleteFile", which)
    session.is_gone("deleteFile", "queryFile", which)


def _deleted_assistant(session: Session) -> None:
    which = _ids(session, "assistant_id")
    session.taken("deleteAssistant", which)
    session.is_gone("deleteAssistant", "queryAssistant", which)


def _ids(session: Session, *names: str) -> dict[str, str]:
    return {name: session.ids[name] for name in names}


STEPS: tuple[Step, ...] = (
    *(_assistant, _file, _download, _mounts, _lists, _limit, _bound, _no_body, _omitted, _tools),
    *(_thread, _form, _first_role, _metadata, _message, _role),
    *(_streamed, _waiting, _cancel_ended, _messages_of_runs),
    *(_deleted_thread, _deleted_file, _deleted_assistant),
)
