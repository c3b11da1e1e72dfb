"""Servers that accept a wrong request, or fail at a right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from contract_tests.mutants.changes import Json, instead, made, names, put, request
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse


def _fails(operations: str, odd: Callable[[dict[str, Any]], bool]) -> Change:
    """Status 500 for requests that are unusual but valid."""
    error = {"error": {"code": "internal_error", "message": "the server failed"}}
    return instead(operations, lambda asked: made(500, error) if odd(asked) else None)


def _has(text: Callable[[str], bool]) -> Callable[[dict[str, Any]], bool]:
    """Whether the condition holds for any text in the body."""

    def found(value: Json) -> bool:
        if isinstance(value, dict):
            return any(map(found, value.values()))
        if isinstance(value, list):
            return any(map(found, value))
        return isinstance(value, str) and text(value)

    return found


def _cut(length: int) -> Callable[[Json], Json]:
    return lambda text: text[:length] if isinstance(text, str) else text


def _as_json(request: ProxyRequest) -> ProxyRequest:
    """Read the body as JSON, with any media type."""
    if not request.operation_id or names("createFile", request):
        return request
    return replace(request, headers={**request.headers, "content-type": "application/json"})


def _mended(operation_id: str) -> Change:
    """Read a body that is no JSON object as an empty one."""

    def asked(request: ProxyRequest) -> ProxyRequest:
        broken = names(operation_id, request) and not request.json
        return replace(request, body=b"{}") if broken else request

    return Change(on_request=asked)


def _known_purpose(request: ProxyRequest) -> ProxyRequest | ProxyResponse:
    known = urlsplit(request.path).query in ("purpose=assistant", "purpose=", "")
    error = {"code": "invalid_parameter", "message": "purpose: 没有", "param": "purpose"}
    return request if known or not names("createFile", request) else made(400, {"error": error})


def _purpose_required(request: ProxyRequest) -> ProxyRequest | ProxyResponse:
    given = urlsplit(request.path).query
    error = {"code": "invalid_parameter", "message": "purpose: 没有", "param": "purpose"}
    return request if given or not names("createFile", request) else made(400, {"error": error})


def _any_method(request: ProxyRequest) -> ProxyRequest | ProxyResponse:
    known = request.operation_id and request.method in ("GET", "PUT", "DELETE")
    return replace(request, method="POST") if known else request


MUTANTS = (
    # ── Bodies ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "long-name-cut",
        "validation skipped",
        "A name of more than 128 characters is refused.",
        request("createAssistant updateAssistant", put("name", _cut(128))),
    ),
    Mutant(
        "long-description-cut",
        "validation skipped",
        "A description of more than 512 characters is refused.",
        request("createAssistant updateAssistant", put("description", _cut(512))),
    ),
    Mutant(
        "limit-zero-taken",
        "validation skipped",
        "A limit of 0 is refused.",
        request("listRuns", put("limit", lambda limit: limit or 20)),
    ),
    Mutant(
        "any-order-taken",
        "validation skipped",
        "An order is `asc` or `desc`.",
        request("listRunSteps", put("order", lambda order: "asc" if order == "asc" else "desc")),
    ),
    Mutant(
        "any-role-taken",
        "validation skipped",
        "Messages have the roles `user` and `assistant` only.",
        request("createMessage", put("role", lambda role: role if role == "assistant" else "user")),
    ),
    Mutant(
        "metadata-as-text",
        "validation skipped",
        "The values of metadata are texts.",
        request(
            "updateThread createAssistant updateAssistant",
            put(
                "metadata",
                lambda pairs: (
                    {name: str(value)[:512] for name, value in pairs.items()}
                    if isinstance(pairs, dict)
                    else pairs
                ),
            ),
        ),
    ),
    Mutant(
        "many-files-taken",
        "validation skipped",
        "A message has at most 10 files.",
        request(
            "createMessage updateMessage",
            put("file_ids", lambda ids: ids[:10] if isinstance(ids, list) else ids),
        ),
    ),
    Mutant(
        "no-outputs-taken",
        "validation skipped",
        "Of outputs there must be one at least.",
        instead(
            "submitToolOutputs",
            lambda asked: (
                made(
                    200,
                    {
                        "id": asked["run_id"],
                        "object": "run.result",
                        "assistant_id": "asst_" + "0" * 32,
                        "thread_id": asked["thread_id"],
                        "status": "in_progress",
                    },
                )
                if asked.get("tool_outputs") == [] and "run_id" in asked and "thread_id" in asked
                else None
            ),
        ),
    ),
    Mutant(
        "any-media-type",
        "validation skipped",
        "A body of another type than JSON is refused.",
        Change(on_request=_as_json),
    ),
    Mutant(
        "broken-json-taken",
        "validation skipped",
        "A body that is no JSON is refused.",
        _mended("listFiles"),
    ),
    Mutant(
        "one-purpose",
        "wrong status",
        "A file may be for anything.",
        Change(on_request=_known_purpose),
    ),
    Mutant(
        "purpose-required",
        "wrong status",
        "The purpose of a file may be left out.",
        Change(on_request=_purpose_required),
    ),
    Mutant(
        "any-method",
        "validation skipped",
        "Every operation is a POST.",
        Change(on_request=_any_method),
    ),
    Mutant(
        "tool-without-function",
        "validation skipped",
        "A tool has its function.",
        request(
            "createAssistant updateAssistant createRun",
            put(
                "tools",
                lambda tools: (
                    [tool for tool in tools if isinstance(tool, dict) and tool.get("function")]
                    if isinstance(tools, list)
                    else tools
                ),
            ),
        ),
    ),
    Mutant(
        "second-message-dropped",
        "validation skipped",
        "A run takes one message at most.",
        request(
            "createRun",
            put(
                "thread/messages",
                lambda messages: messages[:1] if isinstance(messages, list) else messages,
            ),
        ),
    ),
    # ── Odd input ───────────────────────────────────────────────────────────────────────────────
    Mutant(
        "fails-at-large-limit",
        "500 on odd input",
        "The largest limit that the official client sends is taken.",
        _fails("listAssistants", lambda asked: (asked.get("limit") or 0) == 2147483647),
    ),
    Mutant(
        "fails-at-null",
        "500 on odd input",
        "Null is as good as left out.",
        _fails("createAssistant", lambda asked: None in asked.values()),
    ),
    Mutant(
        "fails-at-empty-text",
        "500 on odd input",
        "A message may be empty.",
        _fails("createMessage updateMessage", lambda asked: asked.get("content") == ""),
    ),
    Mutant(
        "fails-at-emoji",
        "500 on odd input",
        "A text may hold any character.",
        _fails("createMessage", _has(lambda text: any(ord(one) > 0xFFFF for one in text))),
    ),
    Mutant(
        "fails-at-float",
        "500 on odd input",
        "5.0 is an integer in JSON.",
        _fails("listRuns", lambda asked: isinstance(asked.get("limit"), float)),
    ),
    Mutant(
        "fails-at-unknown-id",
        "500 on odd input",
        "An id that names nothing is not found, whatever it looks like.",
        _fails("queryFile", lambda asked: "-" not in str(asked.get("file_id", "-"))),
    ),
    Mutant(
        "fails-at-unknown-field",
        "500 on odd input",
        "A field that is not known does no harm.",
        _fails("queryThread", lambda asked: bool(asked.keys() - {"thread_id"})),
    ),
    Mutant(
        "long-text-refused",
        "wrong status",
        "Instructions may have 4096 characters.",
        request(
            "createAssistant",
            put("instructions", lambda text: text if len(text or "") < 4096 else f"{text}!"),
        ),
    ),
    Mutant(
        "empty-list-refused",
        "wrong status",
        "An empty list is as good as left out.",
        request("createRun", put("tools", lambda tools: "none" if tools == [] else tools)),
    ),
)
