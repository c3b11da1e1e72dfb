"""Servers that do not remember earlier requests or states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract_tests.mutants.changes import (
    GONE,
    Json,
    answer,
    dumped,
    names,
    page_of,
    put,
    request,
    with_json,
)
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send


class _Cache:
    """The first answer to each request, again and again."""

    def __init__(self, operations: str) -> None:
        self._operations = operations
        self._known: dict[tuple[str, bytes], ProxyResponse] = {}

    def __call__(self, request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        if answer.status != 200 or not names(self._operations, request):
            return answer
        known = self._known.setdefault((request.path, dumped(request.json).encode()), answer)
        # Each call has a request id of its own all the same.
        return replace(known, headers=answer.headers)


def _all_the_same(operation_id: str) -> Change:
    """Every new thing gets the id of the first one."""
    first: list[str] = []

    def edit(made: Json) -> Json:
        first.append(made["id"])
        return {**made, "id": first[0]}

    return answer(operation_id, edit)


class _StartedOnce:
    """A run keeps its first start time to the end."""

    def __init__(self) -> None:
        self._started: dict[str, int] = {}

    def __call__(self, run: Json) -> Json:
        started = self._started.setdefault(run["id"], run["started_at"])
        return {**run, "started_at": started}


class _MetadataEmptied:
    """An update with this metadata empties the stored metadata, until another update sets it."""

    def __init__(self, value: dict[str, str] | None) -> None:
        self._value = value
        self._emptied: set[str] = set()

    def __call__(self, answered: Json, asked: Json) -> Json:
        id_ = answered["id"]
        if "metadata" in asked and asked["metadata"] == self._value:
            self._emptied.add(id_)
        elif asked.get("metadata"):
            self._emptied.discard(id_)
        return {**answered, "metadata": {}} if id_ in self._emptied else answered


class _AsCreated:
    """Look-ups return the text and files of a message as created, whatever changed since."""

    def __init__(self) -> None:
        self._made: dict[str, Json] = {}

    def __call__(self, request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        if answer.status != 200:
            return answer
        body = answer.json
        if names("createMessage", request):
            self._made[body["id"]] = {name: body[name] for name in ("content", "file_ids")}
        elif names("queryMessage", request):
            return with_json(answer, self._before(body))
        elif names("listMessages", request):
            return with_json(answer, {**body, "data": [*map(self._before, body["data"])]})
        return answer

    def _before(self, message: Json) -> Json:
        return {**message, **self._made.get(message["id"], {})}


class _MountsCounted:
    """A file that is mounted again, without having been unmounted, is listed again."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], int] = {}

    def __call__(self, request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        if answer.status != 200:
            return answer
        assistant_id = str(request.json.get("assistant_id"))
        key = (assistant_id, str(request.json.get("file_id")))
        if names("mountAssistantFile", request):
            self._times[key] = self._times.get(key, 0) + 1
        elif names("unmountAssistantFile", request):
            self._times.pop(key, None)
        elif names("listMountedFiles", request):
            data = [
                again
                for item in answer.json["data"]
                for again in [item] * self._times.get((assistant_id, item["id"]), 1)
            ]
            return with_json(answer, page_of(answer.json, data))
        return answer


class _RunsMessagesHidden:
    """The message that a run adds to the history is in no list."""

    def __init__(self) -> None:
        self._hidden: set[str] = set()

    def __call__(self, request: ProxyRequest, answer: ProxyResponse, send: Send) -> ProxyResponse:
        # The thread of a stream is not known yet; the runs without a stream are enough.
        if answer.status != 200 or answer.is_stream:
            return answer
        asked = request.json
        begins = names("createRun", request) and not asked.get("tool_output")
        if begins and (asked.get("thread") or {}).get("messages"):
            self._hide_newest(answer.json["thread_id"], request, send)
        elif names("listMessages", request):
            data = [one for one in answer.json["data"] if one["id"] not in self._hidden]
            return with_json(answer, page_of(answer.json, data))
        return answer

    def _hide_newest(self, thread_id: str, request: ProxyRequest, send: Send) -> None:
        body = dumped({"thread_id": thread_id}).encode()
        asked = ProxyRequest("POST", "/v2/threads/messages/list", request.headers, body)
        newest = send(asked).json["data"]
        self._hidden.add(next(one["id"] for one in newest if one["role"] == "user"))


def _without(unwanted: Callable[[str, Any], bool]) -> Callable[[Json], Json]:
    return lambda asked: {name: one for name, one in asked.items() if not unwanted(name, one)}


def _empty_for_null(**empty: Any) -> Callable[[Json], Json]:
    return lambda asked: {
        name: empty.get(name) if value is None else value for name, value in asked.items()
    }


MUTANTS = (
    # ── As it is now ────────────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-stale",
        "stale query",
        "A query answers the assistant as it is now.",
        Change(on_response=_Cache("queryAssistant")),
    ),
    Mutant(
        "run-stale",
        "stale query",
        "A query answers the run as it is now.",
        Change(on_response=_Cache("queryRun")),
    ),
    Mutant(
        "messages-stale",
        "stale query",
        "A list holds what was added since.",
        Change(on_response=_Cache("listMessages")),
    ),
    Mutant(
        "threads-all-the-same",
        "stale query",
        "A new thread has an id of its own.",
        _all_the_same("createThread"),
    ),
    Mutant(
        "update-not-kept",
        "stale query",
        "An update lasts.",
        Change(on_response=_AsCreated()),
        caught_by="test_message",
    ),
    Mutant(
        "message-of-run-hidden",
        "stale query",
        "The message that a run brings along is added to the history.",
        Change(on_response=_RunsMessagesHidden()),
        caught_by="test_message_of_a_run_is_in_the_history",
    ),
    Mutant(
        "mounted-twice",
        "page repeated",
        "A file that is mounted again is there once.",
        Change(on_response=_MountsCounted()),
        caught_by="test_mount",
    ),
    # ── What was asked for ──────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-model-lost",
        "text lost",
        "An assistant has the model that it is given.",
        request("createAssistant updateAssistant", put("model", GONE)),
        caught_by="test_assistant_has_the_model_that_it_is_given",
    ),
    Mutant(
        "run-model-lost",
        "text lost",
        "A run has the model that it asks for.",
        request("createRun", put("model", GONE)),
        caught_by="test_run_has_its_own_model",
    ),
    Mutant(
        "null-empties-assistant",
        "text lost",
        "In the update of an assistant null is as good as left out.",
        request(
            "updateAssistant",
            _empty_for_null(description="", instructions="", tools=[], file_ids=[], metadata={}),
        ),
        caught_by="test_null_changes_nothing",
    ),
    Mutant(
        "null-empties-thread",
        "text lost",
        "In the update of a thread null is as good as left out.",
        answer("updateThread queryThread", asked=_MetadataEmptied(None)),
        caught_by="test_null_changes_nothing",
    ),
    Mutant(
        "null-empties-message",
        "text lost",
        "In the update of a message null is as good as left out.",
        request("updateMessage", _empty_for_null(content="", file_ids=[])),
        caught_by="test_null_changes_nothing",
    ),
    Mutant(
        "started-once",
        "time wrong",
        "A run continued by `tool_output` gets a new start time.",
        answer("createRun", _StartedOnce()),
        caught_by="test_output_by_a_second_run_call",
    ),
    Mutant(
        "empty-instructions-kept",
        "stale query",
        "Empty instructions in the update of an assistant empty them.",
        request(
            "updateAssistant", _without(lambda name, value: name == "instructions" and not value)
        ),
        caught_by="what_was_sent_is_kept",
    ),
    Mutant(
        "empty-metadata-empties",
        "text lost",
        "Empty metadata in the update of an assistant changes nothing.",
        answer("updateAssistant queryAssistant", asked=_MetadataEmptied({})),
        caught_by="test_empty_empties",
    ),
)
