"""A server that differs from our mock in every open question."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import appbuilder_mock
from appbuilder_mock.server.running import Running

from contract_tests.mutants.changes import dumped, made, with_json
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send, proxied
from contract_tests.spec import document as spec

EMPTY: dict[str, Any] = {"content": "", "tools": [], "file_ids": [], "metadata": {}}
# The values that an update takes for an omitted field.
OMITTED: dict[str, dict[str, Any]] = {
    "updateAssistant": {"response_format": "text", "chat_instructions": ""},
    "updateMessage": {"file_ids": []},
}
LOOK_UPS = {
    "deleteAssistant": "queryAssistant",
    "deleteFile": "queryFile",
    "deleteThread": "queryThread",
}


@contextmanager
def lenient(token: str) -> Iterator[tuple[str, Running]]:
    """Yield its URL, and the mock behind it.

    Deleted objects stay, as do mounts of deleted files; a second run ends the one that waits;
    outputs for a run that has ended, ending it again and bounds that name nothing change nothing;
    unknown files are mounted, and mounting again is refused; null in an update empties a field.
    """
    with appbuilder_mock.running(token=token) as service:
        server = _Lenient()
        change = Change(on_request=server.on_request, on_response=server.on_response)
        with proxied(service.url, change) as url:
            yield url, service


class _Lenient:
    def __init__(self) -> None:
        self._mounted: set[tuple[str, str]] = set()
        self._runs: dict[str, ProxyResponse] = {}  # as they were answered last

    def on_request(self, request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        operation_id, body = request.operation_id, request.json
        if operation_id.startswith("delete"):
            return _other(request, LOOK_UPS[operation_id], body)
        if operation_id == "mountAssistantFile" and _mount(request) in self._mounted:
            return made(400, {"error": {"code": "mounted", "message": "已经挂载"}})
        if operation_id.startswith("update") and body:
            given = {
                name: EMPTY.get(name, "") if one is None else one for name, one in body.items()
            }
            return _with_body(request, {**OMITTED.get(operation_id, {}), **given})
        if body.get("limit") == 0:
            return _with_body(request, {**body, "limit": None})
        return request

    def on_response(
        self, request: ProxyRequest, answer: ProxyResponse, send: Send
    ) -> ProxyResponse:
        operation_id, body = request.operation_id, request.json
        if operation_id.startswith("delete") and answer.status == 200:
            [(name, id_)] = body.items()
            kind = name.removesuffix("_id")
            return made(200, {"id": id_, "object": f"{kind}.deleted", "deleted": True})
        if operation_id == "mountAssistantFile" and answer.status == 200:
            self._mounted.add(_mount(request))
        if operation_id == "unmountAssistantFile":
            self._mounted.discard(_mount(request))
        runs = operation_id in ("createRun", "submitToolOutputs")
        if runs and answer.status == 200 and not answer.is_stream:
            self._runs[answer.json["id"]] = answer
        if answer.status == 409 and operation_id == "createRun":
            return _after_the_first(request, send)
        if answer.status == 409:
            ended = self._runs[body["run_id"]]
            found = {"object": "thread.run", "final_answer": None}
            again = {} if operation_id == "submitToolOutputs" else found
            headers = {**ended.headers, "x-appbuilder-request-id": uuid.uuid4().hex}
            return with_json(replace(ended, headers=headers), {**ended.json, **again})
        if answer.status == 404:
            return _found(request, answer, send)
        return answer


def _found(request: ProxyRequest, answer: ProxyResponse, send: Send) -> ProxyResponse:
    operation_id, body = request.operation_id, request.json
    param = answer.json["error"]["param"]
    if param in ("after", "before"):
        return send(_with_body(request, {**body, "after": None, "before": None}))
    if param == "file_id" and operation_id == "unmountAssistantFile":
        gone = {"id": body["file_id"], "object": "assistant.file.deleted", "deleted": True}
        return made(200, gone)
    if param == "file_id" and operation_id == "mountAssistantFile":
        ids = {"id": body["file_id"], "assistant_id": body["assistant_id"]}
        return made(200, {**ids, "object": "assistant.file", "created_at": 1717645516000})
    return answer


def _after_the_first(request: ProxyRequest, send: Send) -> ProxyResponse:
    """The answer to a run, when those that wait on its thread are ended."""
    where = {"thread_id": request.json["thread_id"]}
    for run in send(_other(request, "listRuns", where)).json["data"]:
        send(_other(request, "cancelRun", {**where, "run_id": run["id"]}))
    return send(request)


def _mount(request: ProxyRequest) -> tuple[str, str]:
    return str(request.json.get("assistant_id")), str(request.json.get("file_id"))


def _other(request: ProxyRequest, operation_id: str, body: dict[str, Any]) -> ProxyRequest:
    return replace(_with_body(request, body), path=spec.path(operation_id))


def _with_body(request: ProxyRequest, body: dict[str, Any]) -> ProxyRequest:
    return replace(request, body=dumped(body).encode())
