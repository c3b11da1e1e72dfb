"""The official client's runs: streams, tools, cancelling."""

from __future__ import annotations

from typing import Any

import appbuilder
import pytest

from tests.interop.official import (
    ANSWERED,
    WEATHER,
    kinds,
    new_assistant,
    new_thread,
    output_for,
    text_of,
    types,
)


def test_a_run_and_its_answer() -> None:
    """The final answer parses, its content as a list."""
    runs = appbuilder.assistant.threads.runs
    run = runs.run(assistant_id=new_assistant(instructions="简短"), thread_id=new_thread("你好"))
    [part] = run.final_answer.message.content

    assert run.status == "completed"
    assert part.text.value == '简短\n你说:「你好」 You said: "你好"'


def test_a_run_on_a_new_thread() -> None:
    """With all the parameters there are."""
    public = appbuilder.assistant.public_type
    run = appbuilder.assistant.threads.runs.run(
        assistant_id=new_assistant(),
        thread=types.AssistantThread(messages=[types.AssistantMessage(content="你好")]),
        model="ERNIE-4.0T-8K",
        instructions="简短",
        metadata={"键": "值"},
        model_parameters=public.AssistantModelParameters(),
        user_info=public.AssistantUserInfo(name="小明"),
        user_loc=public.AssistantUserLoc(uip="192.0.2.7"),
    )
    seen = appbuilder.assistant.threads.runs.query(thread_id=run.thread_id, run_id=run.id)

    assert (seen.model, seen.instructions) == ("ERNIE-4.0T-8K", "简短")


def test_a_stream() -> None:
    """Each event parses, in the recorded order."""
    events = list(
        appbuilder.assistant.threads.runs.stream_run(
            assistant_id=new_assistant(instructions="简短"), thread_id=new_thread("你好")
        )
    )

    assert kinds(events) == [
        "run_begin",
        "tool_step_begin",
        "message_creation",
        "tool_step_end",
        "run_end",
    ]
    assert [event.send_id for event in events] == list(range(1, len(events) + 1))
    assert text_of(events) == '简短\n你说:「你好」 You said: "你好"'
    assert [event.is_end for event in events if hasattr(event, "is_end")][-1] == 1


def test_a_function_call_without_a_stream() -> None:
    """Both ways on: `tool_output` of a second run, and submit_tool_outputs."""
    runs = appbuilder.assistant.threads.runs
    assistant = new_assistant(tools=[WEATHER])
    one = runs.run(assistant_id=assistant, thread_id=new_thread("天气"))
    two = runs.run(assistant_id=assistant, thread_id=new_thread("天气"))
    [call] = one.required_action.submit_tool_outputs.tool_calls
    [other] = two.required_action.submit_tool_outputs.tool_calls
    resumed = runs.run(
        assistant_id=assistant, thread_id=one.thread_id, tool_output=output_for(call, run_id=one.id)
    )
    submitted = runs.submit_tool_outputs(
        run_id=two.id, thread_id=two.thread_id, tool_outputs=[output_for(other)]
    )

    assert call.function.name == "get_weather"
    assert call.function.arguments == '{"city":"北京"}'
    assert (resumed.id, submitted.id) == (one.id, two.id)
    for run in (resumed, submitted):
        assert run.status == "completed"
        assert run.final_answer.message.content[0].text.value.endswith(ANSWERED)


def test_a_function_call_within_a_stream() -> None:
    """The output is submitted from the loop that reads the stream."""
    runs = appbuilder.assistant.threads.runs
    events = []
    for event in runs.stream_run(
        assistant_id=new_assistant(tools=[WEATHER]), thread_id=new_thread("天气")
    ):
        events.append(event)
        if getattr(event, "event_type", "") == "tool_calls":
            run = events[0].details.run_object
            outputs = [output_for(call) for call in event.details.tool_calls]
            runs.submit_tool_outputs(run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs)

    assert kinds(events)[2:4] == ["tool_calls", "tool_submitted_output"]
    assert kinds(events)[-1] == "run_end"
    assert text_of(events).endswith(ANSWERED)


def test_a_handler() -> None:
    """The handler's methods are called, and its context knows the ids."""

    class Handler(appbuilder.AssistantEventHandler):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.received: list[str] = []
            self.text = ""

        def run_begin(self, event: Any) -> None:
            self.received.append(event.event_type)

        def messages(self, event: Any) -> None:
            self.text += event.content[0].text.value

        def tool_calls(self, event: Any) -> None:
            self.received.append(event.event_type)
            context = self.stream_run_context
            appbuilder.assistant.threads.runs.submit_tool_outputs(
                run_id=context.current_run_id,
                thread_id=context.current_thread_id,
                tool_outputs=[output_for(call) for call in context.current_tool_calls],
            )

        def tool_submitted_output(self, event: Any) -> None:
            self.received.append(event.event_type)

        def run_end(self, event: Any) -> None:
            self.received.append(event.event_type)

    handler = Handler()
    with appbuilder.assistant.threads.runs.stream_run_with_handler(
        assistant_id=new_assistant(tools=[WEATHER]),
        thread_id=new_thread("天气"),
        event_handler=handler,
    ) as stream:
        stream.until_done()

    assert handler.received == ["run_begin", "tool_calls", "tool_submitted_output", "run_end"]
    assert handler.text.endswith(ANSWERED)


@pytest.mark.parametrize("sync", [True, False])
def test_cancelling_during_a_stream(sync: bool) -> None:
    """The stream reports the cancellation, and ends."""
    runs = appbuilder.assistant.threads.runs
    events = []
    for event in runs.stream_run(
        assistant_id=new_assistant(tools=[WEATHER]), thread_id=new_thread("天气")
    ):
        events.append(event)
        if getattr(event, "event_type", "") == "tool_calls":
            run = events[0].details.run_object
            answer = runs.cancel(run_id=run.id, thread_id=run.thread_id, sync=sync)

    assert kinds(events)[-2:] == ["run_cancelling", "run_end"]
    assert events[-1].status == "cancelled"
    assert events[-1].details.run_object.cancelled_at > 0
    assert answer.status == ("cancelled" if sync else "cancelling")


def test_lists() -> None:
    """With the largest limit it sends, both orders, and paging by the last id."""
    runs = appbuilder.assistant.threads.runs
    assistant, thread_id = new_assistant(), new_thread("一")
    ids = [runs.run(assistant_id=assistant, thread_id=thread_id).id]
    more = types.AssistantThread(messages=[types.AssistantMessage(content="二")])
    ids.append(runs.run(assistant_id=assistant, thread_id=thread_id, thread=more).id)
    everything = runs.list(thread_id=thread_id, limit=2147483647, order="asc")
    first = runs.list(thread_id=thread_id, limit=1)
    second = runs.list(thread_id=thread_id, limit=1, after=first.last_id)
    [step] = runs.steps.list(thread_id=thread_id, run_id=ids[0]).data

    assert [run.id for run in everything.data] == ids
    assert ([run.id for run in first.data], first.has_more) == (ids[1:], True)
    assert ([run.id for run in second.data], second.has_more) == (ids[:1], False)
    assert runs.steps.query(thread_id=thread_id, run_id=ids[0], step_id=step.id).id == "step-1"
