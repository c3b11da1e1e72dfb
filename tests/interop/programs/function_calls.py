"""Runs that call a function: without a stream, in a stream, by a handler; one that is cancelled."""

import ast

import appbuilder
from appbuilder import AssistantEventHandler
from appbuilder.core.assistant.type.thread_type import StreamRunMessage

api = appbuilder.assistant
runs = appbuilder.assistant.threads.runs

WEATHER = {
    "name": "get_cur_whether",
    "description": "查询一个地点的天气",
    "parameters": {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "省，市名"},
            "unit": {"type": "string", "enum": ["摄氏度", "华氏度"]},
        },
        "required": ["location"],
    },
}


def weather(location, unit="摄氏度"):
    return f"{location} 现在 30 {unit}"


def output_of(call):
    arguments = ast.literal_eval(call.function.arguments)
    return {"tool_call_id": call.id, "output": weather(**arguments)}


def new_assistant(function=WEATHER):
    return api.assistants.create(
        name="test_function",
        description="一个热心的朋友",
        instructions="请用友善的语气回答问题",
        tools=[{"type": "function", "function": function}],
    )


def new_thread(text="今天北京的天气怎么样？"):
    thread = api.threads.create()
    api.threads.messages.create(thread_id=thread.id, content=text)
    return thread


def test_end_to_end(data):
    assistant, thread = new_assistant(), new_thread()
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id)
    print(run)
    assert run.status == "requires_action"
    assert run.required_action.type == "submit_tool_outputs"
    [call] = run.required_action.submit_tool_outputs.tool_calls
    assert (call.type, call.function.name) == ("function", "get_cur_whether")
    assert call.function.arguments == '{"location":"北京","unit":"摄氏度"}'

    output = {**output_of(call), "run_id": run.id}
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id, tool_output=output)
    print(run)
    assert (run.status, run.required_action) == ("completed", None)
    assert (run.assistant_id, run.thread_id) == (assistant.id, thread.id)


def test_component(data):
    component = appbuilder.AnimalRecognition()
    assistant, thread = new_assistant(component.manifests[0]), new_thread("图里是什么动物?")
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id)
    print(run.model_dump_json(indent=4))
    [call] = run.required_action.submit_tool_outputs.tool_calls
    assert call.function.name == "animal_rec"
    arguments = ast.literal_eval(call.function.arguments)
    pieces = component.tool_eval(
        name="animal_rec", streaming=True, origin_query="图里是什么动物?", **arguments
    )
    output = {"tool_call_id": call.id, "output": "".join(pieces), "run_id": run.id}
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id, tool_output=output)
    print(run.model_dump_json(indent=4))
    assert run.status == "completed"


def test_cancel(data):
    thread = new_thread()
    run_id, event = "", None
    for event in runs.stream_run(thread_id=thread.id, assistant_id=new_assistant().id):
        print(event.model_dump_json(indent=4))
        if event.status == "queued":
            run_id = event.details.run_object.id
        else:
            runs.cancel(run_id=run_id, thread_id=thread.id)

    assert (event.status, event.event_type) == ("cancelled", "run_end")
    assert event.details.run_object.cancelled_at != 0


def test_stream(data):
    thread = new_thread()
    run_id, event = "", None
    for event in runs.stream_run(thread_id=thread.id, assistant_id=new_assistant().id):
        print(event)
        if event.status == "queued":
            run_id = event.details.run_object.id
        elif event.status == "requires_action":
            submitted = runs.submit_tool_outputs(
                run_id=run_id,
                thread_id=thread.id,
                tool_outputs=[output_of(event.details.tool_calls[0])],
            )
            assert isinstance(submitted, api.type.RunResult)

    assert isinstance(event, api.type.StreamRunStatus)
    assert (event.status, event.event_type) == ("completed", "run_end")


class Handler(AssistantEventHandler):
    answer = ""
    seen = ()

    def messages(self, messages_event: StreamRunMessage):
        self.answer += messages_event.content[-1].text.value

    def run_begin(self, status_event):
        context = self.stream_run_context
        self.seen += (context.current_run_id, context.current_thread_id)

    def tool_step_begin(self, status_event):
        self.seen += (self.stream_run_context.current_run_step_id,)

    def run_end(self, status_event):
        print(status_event)

    def tool_calls(self, status_event):
        context = self.stream_run_context
        for call in context.current_tool_calls:
            runs.submit_tool_outputs(
                run_id=context.current_run_id,
                thread_id=context.current_thread_id,
                tool_outputs=[output_of(call)],
            )


def test_handler(data):
    handler = Handler()
    with runs.stream_run_with_handler(
        thread_id=new_thread().id, assistant_id=new_assistant().id, event_handler=handler
    ) as stream:
        stream.until_done()

    assert "30" in handler.answer


def test_handler_v2(data):
    handler = Handler()
    with runs.stream_run_with_handler(
        thread_id=new_thread().id, assistant_id=new_assistant().id, event_handler=handler
    ) as stream:
        for _ in stream:
            pass

    assert all(handler.seen)
    assert len(handler.seen) > 2


def test_handler_traced(data):
    from appbuilder.utils.trace.tracer import AppBuilderTracer

    tracer = AppBuilderTracer(enable_phoenix=False, enable_console=False)
    tracer.start_trace()
    test_handler(data)
    tracer.end_trace()
