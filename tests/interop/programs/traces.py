"""Runs that a tracer of the official SDK watches."""

import appbuilder
from appbuilder import AppBuilderTracer

api = appbuilder.assistant
runs = appbuilder.assistant.threads.runs


def begin(data):
    assistant = api.assistants.create(name="test_assistant", description="一个测试")
    file = api.assistants.files.create(str(data / "图.png"))
    thread = api.threads.create()
    api.threads.messages.create(thread_id=thread.id, content="hello world", file_ids=[file.id])
    return {"assistant_id": assistant.id, "thread_id": thread.id}


def test_trace(data):
    tracer = AppBuilderTracer(enable_phoenix=False, enable_console=False)
    tracer.start_trace()
    runs.run(**begin(data))
    tracer.end_trace()


def test_trace_stream(data):
    tracer = AppBuilderTracer(enable_phoenix=False, enable_console=False)
    tracer.start_trace()
    for event in runs.stream_run(**begin(data)):
        print(event)
    tracer.end_trace()
