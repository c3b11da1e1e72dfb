"""Runs: with and without a stream, listed, looked up; and what is refused."""

import appbuilder
import pytest
from appbuilder.core.assistant.type import public_type, thread_type

api = appbuilder.assistant
runs = appbuilder.assistant.threads.runs


def new_assistant():
    return api.assistants.create(
        name="test_assistant", description="一个测试", instructions="每句话回复前都加上我是秦始皇"
    )


def new_thread(**more):
    thread = api.threads.create()
    api.threads.messages.create(thread_id=thread.id, content="hello world", **more)
    return thread


def parameters(**chat):
    usual = {"temperature": 0.8, "top_p": 0.8, "penalty_score": 1.0}
    return public_type.AssistantModelParameters(
        chat_parameters=public_type.AssistantChatParameters(**{**usual, **chat}),
        thought_parameters=public_type.AssistantThoughtParameters(
            temperature=0.01, top_p=0.0, penalty_score=1.0
        ),
    )


def test_run_create_v1(data):
    assistant = new_assistant()
    file = api.assistants.files.create(str(data / "图.png"))
    assert isinstance(file, api.type.AssistantFilesCreateResponse)
    thread = new_thread(file_ids=[file.id])
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id, model_parameters=parameters())

    assert isinstance(run, thread_type.RunResult)
    assert (run.assistant_id, run.thread_id) == (assistant.id, thread.id)
    assert run.status == "completed"
    assert "我是秦始皇" in run.final_answer.message.content[0].text.value


def test_run_create_v2(data):
    assistant = new_assistant()
    with pytest.raises(ValueError):
        runs.run(assistant_id=assistant.id)


def test_threads_run_raise(data):
    with pytest.raises(ValueError):
        runs._stream(assistant_id="")


def test_threads_run_model_raise(data):
    for name in ("temperature", "top_p", "penalty_score"):
        wrong = parameters()
        setattr(wrong.chat_parameters, name, 10)
        with pytest.raises(ValueError):
            runs.run(assistant_id="test", thread_id="thread_id", model_parameters=wrong)
        with pytest.raises(ValueError):
            runs._stream(assistant_id="test", thread_id="thread_id", model_parameters=wrong)


def one_run():
    thread = new_thread()
    return runs.run(thread_id=thread.id, assistant_id=new_assistant().id)


def test_run_list_v1(data):
    run = one_run()

    assert len(runs.list(thread_id=run.thread_id, limit=5).data) == 1


def test_run_query_v1(data):
    run = one_run()

    assert runs.query(thread_id=run.thread_id, run_id=run.id).status == "completed"


def test_run_step_list_v1(data):
    run = one_run()
    [step] = runs.steps.list(thread_id=run.thread_id, run_id=run.id).data
    again = runs.steps.query(thread_id=run.thread_id, run_id=run.id, step_id=step.id)

    assert again.id == step.id


def test_end_to_end_run(data):
    assistant = new_assistant()
    thread = api.threads.create([{"content": "hello world"}])
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id)

    assert isinstance(run, api.type.RunResult)
    assert (run.assistant_id, run.thread_id) == (assistant.id, thread.id)
    assert run.status == "completed"


def test_end_to_end_stream_run(data):
    thread = api.threads.create([{"content": "hello world"}])
    event = None
    for event in runs.stream_run(thread_id=thread.id, assistant_id=new_assistant().id):
        print(event)

    assert isinstance(event, api.type.StreamRunStatus)
    assert event.status == "completed"


def notebook_run(data):
    assistant, thread = new_assistant(), new_thread()
    run = runs.run(thread_id=thread.id, assistant_id=assistant.id)
    print(run)
    for one in runs.list(thread_id=thread.id, limit=5).data:
        print(one)
    print(runs.query(thread_id=thread.id, run_id=run.id))
    steps = runs.steps.list(thread_id=thread.id, run_id=run.id).data
    for step in steps:
        print(step)
    print(runs.steps.query(thread_id=thread.id, run_id=run.id, step_id=steps[-1].id))
