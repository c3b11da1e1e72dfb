"""Right answers, as openapi.yaml and the recordings have them: what the fuzzing starts from."""

from __future__ import annotations

from typing import Any

from tests.clients.bodies import BEGIN, END, RUN, STREAM, event, piece, status
from tests.generated.spec import OPERATIONS, SPEC

CALLS = [
    {
        "id": "call-t-run_1-step-1",
        "type": "function",
        "function": {"name": "天气", "arguments": '{"city": "北京"}'},
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
STREAMS = [STREAM, TOOLS, ENDED_WITHOUT, FAILED, BEGIN + event("news", {"a": 1}) + END]

ERRORS: list[dict[str, Any]] = [
    {"error": {"code": "run_not_found", "message": "没有", "type": "x", "param": "run_id"}},
    {"error": {"code": 429, "message": "qps", "params": ["a"]}},
    {"error": "坏"},
    {"code": 1, "message": "m", "request_id": "r"},
]
FILES = [b"", b"x", bytes(range(256)) * 300, b'{"error": {"code": 1, "message": "m"}}', b"<html>"]


def right_answers(operation_id: str) -> list[Any]:
    """The examples of what an operation answers under status 200."""
    response = OPERATIONS[operation_id]["responses"]["200"]
    if "$ref" in response:
        response = SPEC["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    content = response["content"]["application/json"]
    return [example["value"] for example in content.get("examples", {}).values()]
