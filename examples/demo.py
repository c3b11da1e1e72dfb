"""The notebook's conversation with the embedded mock server, checked step by step.

Run it with `make demo`. It starts the mock server, walks through the official notebook (create an
assistant, a thread and a message; run; look runs and steps up), then streams the same run and
carries one function call to its end. It exits with 0 only if every step held.
"""

from __future__ import annotations

import json
import os
import sys

import appbuilder_assistants as appbuilder
import appbuilder_mock
from appbuilder_assistants.types import StreamRunMessage, StreamRunStatus

INSTRUCTIONS = "每句话回复前都加上我是秦始皇"
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一个城市的天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["北京", "上海"]}},
            "required": ["city"],
        },
    },
}


class StepFailedError(Exception):
    """A step of the demo failed."""


def step(title: str) -> None:
    """Announce a step."""
    print(f"\n── {title}")


def show(name: str, value: object) -> None:
    """Print one fact of the current step."""
    print(f"   {name:<14} {str(value).replace(chr(10), chr(10) + ' ' * 18)}")


def check(holds: bool, promise: str) -> None:
    """Print a promise that holds; stop the demo at one that does not."""
    if not holds:
        raise StepFailedError(promise)
    print(f"   ✓ {promise}")


def get_weather(city: str) -> str:
    """Stand in for a function of the user's own."""
    return f"{city}：晴，25 度"


def walk() -> None:
    """Do what the notebook does, with the notebook's calls."""
    step("创建助手、会话和消息 · create an assistant, a thread and a message")
    assistant = appbuilder.assistant.assistants.create(
        name="test_assistant", description="test assistant", instructions=INSTRUCTIONS
    )
    thread = appbuilder.assistant.threads.create()
    message = appbuilder.assistant.threads.messages.create(
        thread_id=thread.id, content="hello world"
    )
    show("assistant", assistant.id)
    show("thread", thread.id)
    show("message", message.id)
    check(message.thread_id == thread.id, "the message belongs to the thread")

    runs = appbuilder.assistant.threads.runs
    step("运行 · run")
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id)
    show("run", run.id)
    show("answer", appbuilder.final_text(run))
    check(run.status == "completed", "the run completed")
    check("hello world" in appbuilder.final_text(run), "the answer speaks of the message")

    step("列出和查询 run · list the runs, query the run")
    listed = runs.list(thread_id=thread.id, limit=5)
    queried = runs.query(thread_id=thread.id, run_id=run.id)
    show("listed", [item.id for item in listed.data])
    show("instructions", queried.instructions)
    check([item.id for item in listed.data] == [run.id], "the list holds the run")
    check(queried.status == run.status, "the query agrees with the run")
    check(queried.instructions == INSTRUCTIONS, "the run used the assistant's instructions")

    step("列出和查询 step · list its steps, query a step")
    steps = runs.steps.list(thread_id=thread.id, run_id=run.id)
    last = runs.steps.query(thread_id=thread.id, run_id=run.id, step_id=steps.data[-1].id)
    show("steps", [item.id for item in steps.data])
    show("step", f"{last.id} {last.status}")
    check(last.status == "completed", "the step completed")

    step("流式运行 · the same run as a stream")
    appbuilder.assistant.threads.messages.create(thread_id=thread.id, content="hello world")
    pieces: list[str] = []
    with runs.stream_run(thread_id=thread.id, assistant_id=assistant.id) as stream:
        for event in stream:
            if isinstance(event, StreamRunStatus):
                print(f"   {event.send_id:>2} {event.event_type}")
            elif isinstance(event, StreamRunMessage):
                piece = appbuilder.final_text(event)
                print(f"   {event.send_id:>2} message {piece!r}")
                pieces.append(piece)
    check("".join(pieces) == appbuilder.final_text(run), "the pieces join to the same answer")

    step("函数调用 · one function call, carried to its end")
    thread = appbuilder.assistant.threads.create()
    appbuilder.assistant.threads.messages.create(thread_id=thread.id, content="北京天气怎么样？")
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id, tools=[WEATHER_TOOL])
    check(run.status == "requires_action", "the run waits for the function")
    action = run.required_action
    calls = action.submit_tool_outputs.tool_calls if action and action.submit_tool_outputs else None
    call = calls[0] if calls else None
    if call is None or call.function is None:
        raise StepFailedError("the run names the call it waits for")
    output = get_weather(**json.loads(call.function.arguments))
    show("call", f"{call.function.name}({call.function.arguments})")
    show("output", output)
    run = runs.run(
        thread_id=thread.id,
        assistant_id=assistant.id,
        tool_output={"tool_call_id": call.id, "output": output, "run_id": run.id},
    )
    show("answer", appbuilder.final_text(run))
    check(run.status == "completed", "the run completed")
    check(output in appbuilder.final_text(run), "the answer uses the function's output")


def main() -> int:
    """Run the demo against a mock server of its own."""
    with appbuilder_mock.running() as server:
        print(f"mock server listening on {server.url}")
        os.environ["GATEWAY_URL"] = server.url
        os.environ["APPBUILDER_TOKEN"] = server.token
        try:
            walk()
        except (StepFailedError, appbuilder.AssistantsError) as problem:
            print(f"   ✗ {problem}", file=sys.stderr)
            return 1
    print("\nmock server stopped; every step held · 每一步都成功")
    return 0


if __name__ == "__main__":
    sys.exit(main())
