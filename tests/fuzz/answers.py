"""Right answers, as openapi.yaml and the recordings have them: what the fuzzing starts from."""

from __future__ import annotations

from typing import Any

from tests.clients.bodies import BEGIN, END, RUN, STREAM, event, piece, status
from tests.clients.responses.wire_samples import SAMPLES
from tests.fuzz.mutations import TOKEN
from tests.generated.spec import OPERATIONS, SPEC

CALLS = [
    {
        "id": "call-t-run_1-step-1",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city": "北京"}'},
    }
]
STEP = {
    "id": "step-1",
    "object": "thread.run.step",
    "thread_id": "t",
    "run_id": "run_1",
    "status": "in_progress",
    "type": "null",
    "last_error": "",
    "step_datail": None,
}
TOOLS = (
    BEGIN
    + status(2, "tool_step_begin", "in_progress", type="run_step_object", run_step_object=STEP)
    + status(3, "tool_calls", "requires_action", type="tool_calls", tool_calls=CALLS)
    + b": comment\nid: 7\nretry: 5\n"
    + status(4, "tool_submitted_output", "in_progress", tool_calls=CALLS)
    + status(5, "message_creation", "in_progress", message_creation={"message_id": "m"})
    + piece(6, "晴")
    + piece(7, "，25 度")
    + status(8, "run_end", "completed", type="run_object", run_object=RUN)
)
ENDED_WITHOUT = BEGIN + piece(2, "我是")
FAILED = BEGIN + status(
    2, "run_end", "failed", run_object={**RUN, "status": "failed"}, error_info={"message": "坏"}
)
ASKS = TOOLS[: TOOLS.index(b": comment")]
STREAMS = [
    *(STREAM, TOOLS, ENDED_WITHOUT, FAILED, BEGIN + event("news", {"a": 1}) + END, ASKS),
    *(sample.text for sample in SAMPLES if sample.stream),
]
MESSAGE = {
    "id": "m",
    "object": "thread.message",
    "role": "assistant",
    "content": [{"type": "text", "text": {"value": "我是秦始皇"}}],
    "created_at": 1,
    "thread_id": "t",
    "run_id": "run_1",
}
WAITS = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": CALLS}}
# Objects of the streams above, for look-ups and continuations.
OURS: dict[str, list[Any]] = {
    "createRun": [RUN, {**RUN, "status": "requires_action", "required_action": WAITS}],
    "submitToolOutputs": [RUN, {**RUN, "status": "in_progress"}],
    "cancelRun": [{**RUN, "status": "cancelled"}],
    "queryRun": [RUN, {**RUN, "status": "queued"}, {**RUN, "status": "failed"}],
    "listMessages": [{"object": "list", "data": [MESSAGE], "has_more": False}],
    "queryMessage": [MESSAGE],
}

ERRORS: list[dict[str, Any]] = [
    {"error": {"code": "run_not_found", "message": "没有", "type": "x", "param": "run_id"}},
    {"error": {"code": 429, "message": "qps", "params": ["a"]}},
    {"error": "坏"},
    {"code": 1, "message": "m", "request_id": "r"},
    {"error": {"code": "invalid_token", "message": f"没有 {TOKEN}", "param": TOKEN}},
    {"log_id": "志" * 70, "error": f"没有 {TOKEN}"},
]
FILES = [b"", b"x", bytes(range(256)) * 300, b'{"error": {"code": 1, "message": "m"}}', b"<html>"]


def right_answers(operation_id: str) -> list[Any]:
    """Responses of an operation under status 200: the spec's examples, recordings, ours."""
    response = OPERATIONS[operation_id]["responses"]["200"]
    if "$ref" in response:
        response = SPEC["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    content = response["content"]["application/json"]
    return [
        *(example["value"] for example in content.get("examples", {}).values()),
        *(
            sample.body
            for sample in SAMPLES
            if sample.operation == operation_id and sample.status == 200 and sample.body
        ),
        *OURS.get(operation_id, []),
    ]
