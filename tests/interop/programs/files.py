"""Files: uploaded, listed, looked up, read, downloaded, deleted; and what is refused."""

import appbuilder
import pytest
from appbuilder.core._exception import AssistantServerException  # noqa: F401
from appbuilder.core.assistant.type import assistant_type

files = appbuilder.assistant.assistants.files


def test_create_files_v1(data):
    file = files.create(file_path=str(data / "图.png"))

    assert isinstance(file, assistant_type.AssistantFilesCreateResponse)


def test_create_files_v2(data):
    with pytest.raises(ValueError):
        files.create(file_path="test")


def test_files(data):
    file = files.create(file_path=str(data / "图.png"))
    assert isinstance(files.list(), assistant_type.AssistantFilesListResponse)

    with pytest.raises(TypeError):
        files.query(file_id=123)
    with pytest.raises(ValueError):
        files.query(file_id="test")
    queried = files.query(file_id=file.id)
    assert isinstance(queried, assistant_type.AssistantFilesQueryResponse)

    with pytest.raises(TypeError):
        files.content(file_id=123)
    with pytest.raises(FileNotFoundError):
        files.content(file_id="test_not_exist")
    content = files.content(file_id=file.id)
    assert isinstance(content, assistant_type.AssistantFilesContentResponse)
    assert isinstance(content.content, bytes)

    folder = str(data / "下载")
    with pytest.raises(TypeError):
        files.download(file_id="test", file_path=123)
    with pytest.raises(TypeError):
        files.download(file_id=123, file_path=folder)
    with pytest.raises(FileNotFoundError):
        files.download(file_id="test_not_exist", file_path=folder)
    with pytest.raises(ValueError):
        files.download(file_id="", file_path=folder)
    with pytest.raises(FileNotFoundError):
        files.download(file_id=file.id, file_path=folder + "/没有/")
    with pytest.raises(ValueError):
        files.download(file_id=file.id, file_path=str(data / "图.png"))
    files.download(file_id=file.id, file_path=folder)

    deleted = files.delete(file_id=file.id)
    assert isinstance(deleted, assistant_type.AssistantFilesDeleteResponse)


def notebook_file(data):
    file = files.create(file_path=str(data / "图.png"))
    print(file)
    for one in files.list().data[:10]:
        print(one)
    print(files.query(file_id=file.id))
    files.download(file_id=file.id, file_path=str(data / "下载") + "/")
    content = files.content(file_id=file.id)
    print(content.content_type, content.content)
    files.delete(file_id=file.id)
