"""Every bad call of the official client raises its own exception, with a request id."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from appbuilder.core import _exception as official_errors

from tests.interop.official import WEATHER, api, new_assistant, new_thread, output_for, types
from tests.interop.process import serving

output = types.ToolOutput(tool_call_id="call-0", output="晴")
message = types.AssistantThread(messages=[types.AssistantMessage(content="你好")])

STREAMED = "createRun, streamed"
Call = Callable[[], Any]

# Calls that name something that is not there, by operationId.
NOWHERE: dict[str, Call] = {
    "updateAssistant": lambda: api.assistants.update("asst_0", "m", "a", ""),
    "queryAssistant": lambda: api.assistants.query("asst_0"),
    "deleteAssistant": lambda: api.assistants.delete("asst_0"),
    "listAssistants": lambda: api.assistants.list(after="asst_0"),
    "listMountedFiles": lambda: api.assistants.mounted_files_list("asst_0"),
    "queryFile": lambda: api.assistants.files.query("file-0"),
    "deleteFile": lambda: api.assistants.files.delete("file-0"),
    "queryThread": lambda: api.threads.query("thread_0"),
    "updateThread": lambda: api.threads.update("thread_0"),
    "deleteThread": lambda: api.threads.delete("thread_0"),
    "createMessage": lambda: api.threads.messages.create("thread_0", "你好"),
    "updateMessage": lambda: api.threads.messages.update("thread_0", "msg_0", "你好"),
    "listMessages": lambda: api.threads.messages.list("thread_0"),
    "queryMessage": lambda: api.threads.messages.query("thread_0", "msg_0"),
    "listMessageFiles": lambda: api.threads.messages.files("thread_0", "msg_0"),
    "createRun": lambda: api.threads.runs.run("asst_0", "thread_0"),
    STREAMED: lambda: list(api.threads.runs.stream_run("asst_0", "thread_0")),
    "submitToolOutputs": lambda: api.threads.runs.submit_tool_outputs(
        "run_0", "thread_0", [output]
    ),
    "cancelRun": lambda: api.threads.runs.cancel("run_0", "thread_0"),
    "listRuns": lambda: api.threads.runs.list("thread_0"),
    "queryRun": lambda: api.threads.runs.query("run_0", "thread_0"),
    "listRunSteps": lambda: api.threads.runs.steps.list("thread_0", "run_0"),
    "queryRunStep": lambda: api.threads.runs.steps.query("thread_0", "run_0", "step-1"),
}
# Calls that break a rule, where the client lets such a call pass.
WRONG: dict[str, Call] = {
    "updateAssistant": lambda: api.assistants.update("", "m", "a", ""),
    "queryAssistant": lambda: api.assistants.query(""),
    "deleteAssistant": lambda: api.assistants.delete(""),
    "listAssistants": lambda: api.assistants.list(limit=0),
    "listMountedFiles": lambda: api.assistants.mounted_files_list("asst_0", limit=-1),
    "queryFile": lambda: api.assistants.files.query(""),
    "deleteFile": lambda: api.assistants.files.delete(""),
    "queryThread": lambda: api.threads.query(""),
    "updateThread": lambda: api.threads.update(""),
    "deleteThread": lambda: api.threads.delete(""),
    "createMessage": lambda: api.threads.messages.create("", "你好"),
    "updateMessage": lambda: api.threads.messages.update("", "msg_0", "你好"),
    "listMessages": lambda: api.threads.messages.list("thread_0", limit=-20),
    "queryMessage": lambda: api.threads.messages.query("thread_0", ""),
    "listMessageFiles": lambda: api.threads.messages.files("thread_0", "msg_0", limit=0),
    "createRun": lambda: api.threads.runs.run("", "thread_0"),
    STREAMED: lambda: list(api.threads.runs.stream_run("", "thread_0")),
    "listRuns": lambda: api.threads.runs.list("thread_0", limit=0),
    "listRunSteps": lambda: api.threads.runs.steps.list("thread_0", "run_0", limit=0),
}
REQUEST_ID = re.compile(r"request_id=[0-9a-f]{8}-[0-9a-f-]{27}\b")


def raised(kind: type[Exception], call: Call) -> str:
    """The text of the exception that the call has to raise; of exactly this class."""
    with pytest.raises(kind) as caught:
        call()

    assert type(caught.value) is kind
    assert REQUEST_ID.search(str(caught.value))
    return str(caught.value)


@pytest.mark.parametrize("operation", NOWHERE)
def test_not_found(operation: str) -> None:
    """404, with the code that says what was not."""
    assert "_not_found" in raised(official_errors.NotFoundException, NOWHERE[operation])


@pytest.mark.parametrize("operation", WRONG)
def test_bad_request(operation: str) -> None:
    """400, with what was expected."""
    assert "expected" in raised(official_errors.BadRequestException, WRONG[operation])


@pytest.mark.parametrize("operation", [*NOWHERE, "createAssistant", "createFile", "createThread"])
def test_unauthorized(operation: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """401 for everything, whatever else is wrong."""
    creations: dict[str, Call] = {
        "createAssistant": new_assistant,
        "createFile": lambda: api.assistants.files.create(__file__),
        "createThread": lambda: api.threads.create(),
    }
    monkeypatch.setenv("APPBUILDER_TOKEN", "wrong")

    call = {**NOWHERE, **creations}[operation]
    assert "invalid_token" in raised(official_errors.UnAuthorizedException, call)


@pytest.mark.parametrize("operation", [one for one in NOWHERE if one != STREAMED])
def test_an_error_under_status_200(
    operation: str, monkeypatch: pytest.MonkeyPatch, url_of_errors_in_the_body: str
) -> None:
    """The other form has its type, too, with what was in the body.

    In place of a stream it takes such a body for a message without content.
    """
    monkeypatch.setenv("GATEWAY_URL", url_of_errors_in_the_body)

    text = raised(official_errors.AssistantServerException, NOWHERE[operation])
    assert re.search(r"code=\w+_not_found, .* params=\w+", text)


def test_conflicts() -> None:
    """409: one run at a time, and what has ended cannot be changed."""
    assistant_id = new_assistant(tools=[WEATHER])
    waiting = api.threads.runs.run(assistant_id, new_thread("天气"))
    ended = api.threads.runs.run(new_assistant(), new_thread("你好"))
    [call] = waiting.required_action.submit_tool_outputs.tool_calls
    conflicts: dict[str, Call] = {
        "run_active": lambda: api.threads.runs.run(assistant_id, waiting.thread_id, thread=message),
        "run_ended": lambda: api.threads.runs.cancel(ended.id, ended.thread_id),
        "run_not_waiting": lambda: api.threads.runs.submit_tool_outputs(
            ended.id, ended.thread_id, [output_for(call)]
        ),
    }
    for code, conflict in conflicts.items():
        assert code in raised(official_errors.ConflictException, conflict)


def test_rules_of_a_run() -> None:
    """400 for a thread that does not end in a user's message, or outputs nobody waits for."""
    thread_id = new_thread("你好")
    api.threads.runs.run(new_assistant(), thread_id)
    waiting = api.threads.runs.run(new_assistant(tools=[WEATHER]), new_thread("天气"))
    where = {"run_id": waiting.id, "thread_id": waiting.thread_id}

    assert "ends in a message of role assistant" in raised(
        official_errors.BadRequestException,
        lambda: api.threads.runs.run(new_assistant(), thread_id),
    )
    assert "the run waits for" in raised(
        official_errors.BadRequestException,
        lambda: api.threads.runs.submit_tool_outputs(**where, tool_outputs=[output]),
    )


def test_too_large() -> None:
    """413 has no exception of its own there: the one that all derive from."""
    thread_id = new_thread("你好")
    text = "字" * 12_000_000

    assert "http status code is 413" in raised(
        official_errors.BaseRPCException, lambda: api.threads.messages.create(thread_id, text)
    )


STATUSES = {
    403: official_errors.ForbiddenException,
    405: official_errors.MethodNotAllowedException,
    411: official_errors.MissingContentLengthException,
    422: official_errors.UnprocessableEntityException,
    424: official_errors.DependencyFailedException,
    429: official_errors.TooManyRequestsException,
    500: official_errors.InternalServerErrorException,
    507: official_errors.InsufficientStorageException,
}


def test_every_other_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors that the mock sends in a scenario only."""
    match = {"operation": "queryThread", "times": 1}
    rules = [{"match": match, "fault": {"status": status}} for status in STATUSES]
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    with serving("--scenario", str(scenario)) as url:
        monkeypatch.setenv("GATEWAY_URL", url)

        for status, kind in STATUSES.items():
            assert f"status code is {status}" in raised(kind, lambda: api.threads.query("thread_0"))
