"""Threads: made, looked up, changed, deleted; and what is refused."""

import appbuilder
import pytest
from appbuilder.core.assistant.type import thread_type

threads = appbuilder.assistant.threads


def test_threads_create_v1(data):
    assert isinstance(threads.create(), thread_type.ThreadCreateResponse)


def test_threads_create_v2(data):
    message = thread_type.AssistantMessage(content="你好")

    assert isinstance(threads.create([message]), thread_type.ThreadCreateResponse)


def test_threads_create_v3(data):
    with pytest.raises(ValueError):
        threads.create(thread_type.AssistantMessage(content="你好"))


def test_threads_query_delete(data):
    thread = threads.create([thread_type.AssistantMessage(content="你好")])
    queried = threads.query(thread_id=thread.id)
    assert isinstance(queried, thread_type.ThreadQueryResponse)

    with pytest.raises(TypeError):
        threads.update(thread_id=thread.id, metadata=123)
    with pytest.raises(ValueError):
        threads.update(thread_id=thread.id, metadata={"键" * 65: "值"})
    with pytest.raises(ValueError):
        threads.update(thread_id=thread.id, metadata={"键": "值" * 513})
    changed = threads.update(thread_id=thread.id)
    assert isinstance(changed, thread_type.ThreadUpdateResponse)

    deleted = threads.delete(thread_id=thread.id)
    assert isinstance(deleted, thread_type.ThreadDeleteResponse)


def notebook_thread(data):
    thread = threads.create([thread_type.AssistantMessage(content="你好")])
    print(thread)
    print(threads.query(thread_id=thread.id))
    print(threads.update(thread_id=thread.id, metadata={"键": "值"}))
    threads.delete(thread_id=thread.id)
