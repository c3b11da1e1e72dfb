"""Assistants: made, changed, looked up, with files mounted, deleted; and what is refused."""

import appbuilder
import pytest
from appbuilder.core.assistant.type import assistant_type

assistants = appbuilder.assistant.assistants


def made(**more):
    return assistants.create(**{"name": "Abc-_123", "description": "一个测试", **more})


def test_assistants_create_v1(data):
    assistant = made(model="ERNIE-4.0T-8K")

    assert isinstance(assistant, assistant_type.AssistantCreateResponse)
    assert (assistant.name, assistant.description) == ("Abc-_123", "一个测试")


def test_assistants_create_v2(data):
    with pytest.raises(Exception) as caught:
        made(
            name="Abc@",
            description="长" * 513,
            response_format="other",
            instructions="长" * 4097,
            thought_instructions="长" * 4097,
            chat_instructions="长" * 4097,
            file_ids=["file-1"] * 11,
        )

    assert caught.value.error_count() == 7


def test_assistants_create_v3(data):
    with pytest.raises(Exception) as caught:
        made(metadata={"键" * 65: "值" * 513})

    assert "metadata" in caught.value.description


def test_assistants_create_v4(data):
    assistant = made(name="测试", metadata={"键": "值"})

    assert isinstance(assistant, assistant_type.AssistantCreateResponse)


def test_Assistant(data):
    assistant = made()
    changed = assistants.update(
        assistant_id=assistant.id, model="ERNIE-4.0T-8K", name="Test_Name", description="改了"
    )
    assert isinstance(changed, assistant_type.AssistantUpdateResponse)
    assert isinstance(assistants.list(), assistant_type.AssistantListResponse)
    queried = assistants.query(assistant_id=assistant.id)
    assert isinstance(queried, assistant_type.AssistantQueryResponse)

    file = assistants.files.create(file_path=str(data / "图.png"))
    with pytest.raises(FileNotFoundError):
        assistants.mount_files(assistant_id=assistant.id, file_id="test_not_exist")
    mounted = assistants.mount_files(assistant_id=assistant.id, file_id=file.id)
    assert isinstance(mounted, assistant_type.AssistantFilesResponse)
    listed = assistants.mounted_files_list(assistant_id=assistant.id)
    assert isinstance(listed, assistant_type.AssistantMountedFilesListResponse)
    assert len(listed.data) == 1
    with pytest.raises(FileNotFoundError):
        assistants.unmount_files(assistant_id=assistant.id, file_id="test_not_exist")
    unmounted = assistants.unmount_files(assistant_id=assistant.id, file_id=file.id)
    assert isinstance(unmounted, assistant_type.AssistantFilesDeleteResponse)

    deleted = assistants.delete(assistant_id=assistant.id)
    assert isinstance(deleted, assistant_type.AssistantDeleteResponse)


def refused(call):
    for assistant_id, file_id in (("test", 123), (123, "test")):
        with pytest.raises(TypeError):
            call(assistant_id=assistant_id, file_id=file_id)
    for assistant_id, file_id in (("", "test"), ("test", "")):
        with pytest.raises(ValueError):
            call(assistant_id=assistant_id, file_id=file_id)


def test_unmote_raise(data):
    refused(assistants.unmount_files)


def test_mount_raise(data):
    refused(assistants.mount_files)


def notebook_assistant(data):
    assistant = made(model="ERNIE-4.0T-8K", name="测试", metadata={"键": "值"})
    print(assistant)
    print(assistants.update(assistant.id, "ERNIE-4.0T-8K", name="更新", description="改了"))
    for one in assistants.list().data:
        print(one)
    print(assistants.query(assistant_id=assistant.id))
    file = assistants.files.create(file_path=str(data / "图.png"))
    assistants.mount_files(assistant_id=assistant.id, file_id=file.id)
    for mounted in assistants.mounted_files_list(assistant_id=assistant.id).data:
        print(mounted)
    assistants.unmount_files(assistant_id=assistant.id, file_id=file.id)
    print(assistants.delete(assistant_id=assistant.id))
