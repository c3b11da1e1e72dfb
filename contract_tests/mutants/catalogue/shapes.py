"""Answers with a wrong shape."""

from __future__ import annotations

from contract_tests.mutants.changes import GONE, answer, event, header, put, whole
from contract_tests.mutants.mutant import Mutant

MUTANTS = (
    # ── Required fields ─────────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-name-gone",
        "required field gone",
        "An assistant says its name.",
        answer("queryAssistant", put("name", GONE)),
    ),
    Mutant(
        "thread-created-at-gone",
        "required field gone",
        "A new thread says when it was created.",
        answer("createThread", put("created_at", GONE)),
    ),
    Mutant(
        "message-role-gone",
        "required field gone",
        "Every message in a list says who speaks.",
        answer("listMessages", put("data/*/role", GONE)),
    ),
    Mutant(
        "run-status-gone",
        "required field gone",
        "A run that was cancelled says its status.",
        answer("cancelRun", put("status", GONE)),
    ),
    Mutant(
        "step-run-id-gone",
        "required field gone",
        "A step says which run it belongs to.",
        answer("queryRunStep", put("run_id", GONE)),
    ),
    Mutant(
        "file-name-gone",
        "required field gone",
        "An uploaded file says its name.",
        answer("createFile", put("filename", GONE)),
    ),
    Mutant(
        "list-has-more-gone",
        "required field gone",
        "A page of runs says whether there are more.",
        answer("listRuns", put("has_more", GONE)),
    ),
    Mutant(
        "deleted-gone",
        "required field gone",
        "The answer to a deletion says `deleted`.",
        answer("deleteThread", put("deleted", GONE)),
    ),
    Mutant(
        "message-file-message-id-gone",
        "required field gone",
        "A file of a message says which message.",
        answer("listMessageFiles", put("data/*/message_id", GONE)),
    ),
    # ── Null ────────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "message-content-null",
        "null where not allowed",
        "The content of a message is a list.",
        answer("queryMessage", put("content", None)),
    ),
    Mutant(
        "run-thread-id-null",
        "null where not allowed",
        "A run says its thread, also while it waits.",
        answer("createRun", put("thread_id", None)),
    ),
    Mutant(
        "file-bytes-null",
        "null where not allowed",
        "A file says its size.",
        answer("queryFile", put("bytes", None)),
    ),
    Mutant(
        "mounted-file-time-null",
        "null where not allowed",
        "A mounted file says when it was mounted.",
        answer("mountAssistantFile", put("created_at", None)),
    ),
    Mutant(
        "empty-list-null",
        "null where not allowed",
        "An empty page of mounted files has an empty list.",
        answer("listMountedFiles", put("data", lambda data: data or None)),
    ),
    Mutant(
        "call-id-null",
        "null where not allowed",
        "A tool call has an id, also in an event.",
        event("tool_calls", put("details/tool_calls/*/id", None)),
    ),
    # ── Types ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "thread-time-as-text",
        "wrong type",
        "Times are numbers.",
        answer("queryThread", put("created_at", str)),
    ),
    Mutant(
        "file-bytes-as-text",
        "wrong type",
        "The size of a file is a number, in the list too.",
        answer("listFiles", put("data/*/bytes", str)),
    ),
    Mutant(
        "has-more-as-text",
        "wrong type",
        "`has_more` is a boolean.",
        answer("listAssistants", put("has_more", lambda more: "true" if more else "false")),
    ),
    Mutant(
        "tools-as-object",
        "wrong type",
        "The tools of an assistant are a list.",
        answer("updateAssistant", put("tools", lambda tools: dict(enumerate(tools)))),
    ),
    Mutant(
        "deleted-as-number",
        "wrong type",
        "`deleted` is a boolean.",
        answer("unmountAssistantFile", put("deleted", 1)),
    ),
    Mutant(
        "arguments-as-object",
        "wrong type",
        "The arguments of a call are JSON text.",
        answer(
            "createRun",
            put(
                "required_action/submit_tool_outputs/tool_calls/*/function/arguments",
                lambda text: {"text": text},
            ),
        ),
    ),
    Mutant(
        "list-as-array",
        "wrong type",
        "A list is an object that holds `data`.",
        answer("listRunSteps", lambda page: page["data"]),
    ),
    # ── Words ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "assistant-object-word",
        "wrong enum",
        "The `object` of an assistant is `assistant`.",
        answer("createAssistant", put("object", "assistants")),
    ),
    Mutant(
        "run-object-word",
        "wrong enum",
        "The `object` of a queried run is `thread.run`.",
        answer("queryRun listRuns", put("object", "run")),
    ),
    Mutant(
        "list-object-word",
        "wrong enum",
        "The `object` of a list is `list`.",
        answer("listFiles", put("object", "file.list")),
    ),
    Mutant(
        "message-role-word",
        "wrong enum",
        "Only `user` and `assistant` speak.",
        answer("listMessages", put("data/*/role", "bot")),
    ),
    Mutant(
        "run-status-word",
        "wrong enum",
        "A run that ended well is `completed`.",
        answer("createRun", put("status", lambda one: "done" if one == "completed" else one)),
    ),
    # ── Statuses, content types, headers ────────────────────────────────────────────────────────
    Mutant(
        "created-201",
        "wrong status",
        "A new assistant is answered with 200.",
        whole("createAssistant", lambda answer: type(answer)(201, answer.headers, answer.body)),
    ),
    Mutant(
        "deleted-204",
        "wrong status",
        "A deleted file is answered with 200 and what was deleted.",
        whole("deleteFile", lambda answer: type(answer)(204, answer.headers)),
    ),
    Mutant(
        "stream-202",
        "wrong status",
        "A stream is answered with 200.",
        whole(
            "createRun",
            lambda answer: type(answer)(
                202 if answer.is_stream else 200, answer.headers, answer.body
            ),
        ),
    ),
    Mutant(
        "json-as-html",
        "wrong content type",
        "A thread is answered as JSON.",
        whole("queryThread", header("content-type", "text/html; charset=utf-8")),
    ),
    Mutant(
        "json-without-type",
        "wrong content type",
        "The answer to a submission says that it is JSON.",
        whole("submitToolOutputs", header("content-type", GONE)),
    ),
    Mutant(
        "stream-as-text",
        "wrong content type",
        "A stream says that it is one.",
        whole(
            "createRun",
            lambda answer: (
                header("content-type", "text/plain; charset=utf-8")(answer)
                if answer.is_stream
                else answer
            ),
        ),
    ),
    Mutant(
        "file-as-bytes",
        "wrong content type",
        "A file that is read has its own content type.",
        whole("readFile", header("content-type", "application/octet-stream")),
    ),
    Mutant(
        "request-id-gone",
        "header gone",
        "A success has a request id.",
        whole("queryRun", header("x-appbuilder-request-id", GONE)),
    ),
    Mutant(
        "stream-request-id-gone",
        "header gone",
        "A stream has a request id.",
        whole(
            "createRun",
            lambda answer: (
                header("x-appbuilder-request-id", GONE)(answer) if answer.is_stream else answer
            ),
        ),
    ),
    Mutant(
        "file-request-id-gone",
        "header gone",
        "The bytes of a file come with a request id.",
        whole("readFile", header("x-appbuilder-request-id", GONE)),
    ),
    Mutant(
        "disposition-gone",
        "header gone",
        "A download says under which name to save it.",
        whole("downloadFile", header("content-disposition", GONE)),
    ),
    Mutant(
        "request-id-repeated",
        "wrong header",
        "A request id names one call.",
        whole("*", header("x-appbuilder-request-id", "1d5f0f6e-6a2b-4f3c-9d8e-7a6b5c4d3e2f")),
    ),
)
