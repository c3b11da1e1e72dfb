"""Messages of a thread: added, changed, listed, with their files; and what is refused."""

import appbuilder
import pytest
from appbuilder.core._exception import AssistantServerException  # noqa: F401
from appbuilder.core.assistant.type import thread_type

threads = appbuilder.assistant.threads


def test_messages_create_v1(data):
    thread = threads.create()
    message = threads.messages.create(thread_id=thread.id, content="你好")

    assert isinstance(message, thread_type.AssistantMessageCreateResponse)
    assert message.thread_id == thread.id


def test_messages_create_v2(data):
    thread = threads.create()
    with pytest.raises(Exception) as caught:
        threads.messages.create(
            thread_id=thread.id, content="你好", role="custom", file_ids=["file-1"] * 11
        )

    assert caught.value.error_count() == 2


def test_messages(data):
    made = threads.messages.create(thread_id=threads.create().id, content="你好?")
    listed = threads.messages.list(thread_id=made.thread_id, limit=1)
    queried = threads.messages.query(thread_id=made.thread_id, message_id=made.id)
    changed = threads.messages.update(thread_id=made.thread_id, message_id=made.id, content="再见")
    files = threads.messages.files(thread_id=made.thread_id, message_id=made.id, limit=1)

    assert isinstance(listed, thread_type.AssistantMessageListResponse)
    assert isinstance(queried, thread_type.AssistantMessageQueryResponse)
    assert isinstance(changed, thread_type.AssistantMessageUpdateResponse)
    assert isinstance(files, thread_type.AssistantMessageFilesResponse)


def notebook_message(data):
    thread = threads.create()
    message = threads.messages.create(thread_id=thread.id, content="你好?")
    for one in threads.messages.list(thread_id=thread.id, limit=10).data:
        print(one)
    print(threads.messages.query(thread_id=thread.id, message_id=message.id))
    threads.messages.update(thread_id=thread.id, message_id=message.id, content="再见")
    for file in threads.messages.files(thread_id=thread.id, message_id=message.id).data:
        print(file)
