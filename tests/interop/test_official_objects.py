"""The official client's assistants, files, mounts, threads and messages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from appbuilder.core import _exception as official_errors

from tests.interop.official import WEATHER, api, new_assistant, new_thread, types

NAMES = ["note.txt", "说明 书.docx", 'say "hi".txt', "a\\b.txt", "100%.csv", "a;b='c'.md", "🌏"]


def uploaded(folder: Path, content: bytes = b"a", name: str = "note.txt") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(api.assistants.files.create(str(path)).id)


def test_an_assistant_comes_and_goes() -> None:
    """Created with everything, changed, looked up, listed, deleted."""
    made = api.assistants.create(
        name="助手",
        description="说明",
        instructions="简短",
        thought_instructions="想一想",
        chat_instructions="礼貌",
        response_format="json_object",
        tools=[WEATHER],
        file_ids=["file-1"],
        metadata={"键": "值"},
    )
    queried = api.assistants.query(made.id)
    listed = api.assistants.list(limit=1)
    updated = api.assistants.update(made.id, "ERNIE-X", "新助手", "新说明", instructions="详细")
    after = api.assistants.query(made.id)
    deleted = api.assistants.delete(made.id)

    assert queried == type(queried)(**made.model_dump())
    assert listed.data[0].id == listed.first_id == listed.last_id == made.id
    assert (updated.model, updated.name, updated.instructions) == ("ERNIE-X", "新助手", "详细")
    # It sends every field, whether the caller named it or not, and so empties the others; but for
    # the metadata, which an update with {} keeps.
    assert (after.tools, after.file_ids, after.metadata) == ([], [], {"键": "值"})
    assert (after.thought_instructions, after.response_format) == ("", "text")
    assert (deleted.id, deleted.object, deleted.deleted) == (made.id, "assistant.deleted", True)
    with pytest.raises(official_errors.NotFoundException, match="assistant_not_found"):
        api.assistants.query(made.id)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_paging_through_assistants(order: str) -> None:
    """By the last id of each page; paging backwards ends before the first."""
    made = [new_assistant() for _ in range(5)]
    everyone = [one.id for one in api.assistants.list(limit=2147483647, order=order).data]
    paged: list[str] = []
    more, after = True, ""
    while more:
        page = api.assistants.list(limit=2, order=order, after=after)
        paged += [one.id for one in page.data]
        more, after = page.has_more, page.last_id
    between = api.assistants.list(order="asc", after=made[0], before=made[4])

    assert paged == everyone
    assert [one for one in everyone if one in made] == (made if order == "asc" else made[::-1])
    assert [one.id for one in between.data] == made[1:4]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_comes_and_goes(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, url_of_kept_names: str
) -> None:
    """Uploaded from a path under its name, looked up, listed, read, deleted."""
    monkeypatch.setenv("GATEWAY_URL", url_of_kept_names)
    content = "你好世界\r\n".encode() + bytes(range(256))
    path = tmp_path / name
    path.write_bytes(content)
    made = api.assistants.files.create(str(path))
    queried = api.assistants.files.query(made.id)
    listed = api.assistants.files.list().data
    read = api.assistants.files.content(made.id)
    deleted = api.assistants.files.delete(made.id)

    assert (made.filename, made.bytes, made.purpose) == (name, len(content), "assistant")
    assert (queried.filename, queried.censored.name) == (name, "APPROVED")
    assert listed[-1] == type(listed[-1])(**queried.model_dump())
    assert read.content == content
    assert read.content_type.split(";")[0].count("/") == 1
    assert (deleted.object, deleted.deleted) == ("file.deleted", True)
    with pytest.raises(official_errors.NotFoundException, match="file_not_found"):
        api.assistants.files.query(made.id)
    for gone in (api.assistants.files.content, api.assistants.files.download):
        with pytest.raises(FileNotFoundError, match=made.id):
            gone(made.id)


@pytest.mark.parametrize("name", NAMES)
def test_a_download(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, url_of_kept_names: str
) -> None:
    """It takes all behind the last `filename=` for the name: the name itself, or written safely."""
    monkeypatch.setenv("GATEWAY_URL", url_of_kept_names)
    content = "你好世界".encode() * 100
    file_id = uploaded(tmp_path, content, name)
    folder = tmp_path / "下载"
    folder.mkdir()
    api.assistants.files.download(file_id, f"{folder}/")
    [saved] = folder.iterdir()

    assert saved.name == (name if name == "note.txt" else quote(name, safe=""))
    assert saved.read_bytes() == content


def test_mounts(tmp_path: Path) -> None:
    """Mounted, listed, paged, unmounted; deleting a file unmounts it."""
    assistant_id = new_assistant()
    files = [uploaded(tmp_path) for _ in range(3)]
    mounted = [api.assistants.mount_files(assistant_id, file_id) for file_id in files]
    listed = api.assistants.mounted_files_list(assistant_id)
    page = api.assistants.mounted_files_list(assistant_id, limit=1, order="asc", after=files[0])
    unmounted = api.assistants.unmount_files(assistant_id, files[0])
    api.assistants.files.delete(files[1])
    remaining = api.assistants.mounted_files_list(assistant_id)

    assert [(mount.id, mount.assistant_id) for mount in mounted] == [
        (file_id, assistant_id) for file_id in files
    ]
    assert [mount.id for mount in listed.data] == files[::-1]
    assert ([mount.id for mount in page.data], page.has_more) == (files[1:2], True)
    assert (unmounted.id, unmounted.deleted) == (files[0], True)
    assert [mount.id for mount in remaining.data] == files[2:]
    with pytest.raises(FileNotFoundError, match=files[0]):
        api.assistants.unmount_files(assistant_id, files[0])
    with pytest.raises(FileNotFoundError, match="file-0"):
        api.assistants.mount_files(assistant_id, "file-0")


def test_a_thread_comes_and_goes() -> None:
    """Its metadata is checked by the client, and then not sent."""
    thread_id = new_thread("你好")
    queried = api.threads.query(thread_id)
    updated = api.threads.update(thread_id, metadata={"题": "天气"})
    deleted = api.threads.delete(thread_id)

    assert (queried.id, queried.object, queried.metadata) == (thread_id, "thread", {})
    assert (updated.id, updated.metadata) == (thread_id, {})
    assert (deleted.id, deleted.object, deleted.deleted) == (thread_id, "thread.deleted", True)
    with pytest.raises(official_errors.NotFoundException, match="thread_not_found"):
        api.threads.messages.list(thread_id)


def test_messages() -> None:
    """Created, changed, looked up, with their files."""
    thread_id = new_thread("一")
    made = api.threads.messages.create(thread_id, "二", file_ids=["file-1", "file-2"])
    files = api.threads.messages.files(thread_id, made.id)
    changed = api.threads.messages.update(thread_id, made.id, "三", file_ids=["file-3"])
    queried = api.threads.messages.query(thread_id, made.id)
    page = api.threads.messages.files(thread_id, made.id, limit=1, order="asc")

    assert (made.role, made.content[0].text.value) == ("user", "二")
    assert [(file.id, file.message_id) for file in files.data] == [
        ("file-2", made.id),
        ("file-1", made.id),
    ]
    assert changed.content[0].text.value == "三"
    assert queried.model_dump() == changed.model_dump()
    assert ([file.id for file in page.data], page.has_more) == (["file-3"], False)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_paging_through_messages(order: str) -> None:
    """A thread made with many, and an answer at its end."""
    texts = [f"第 {number} 条" for number in range(25)]
    first = [types.AssistantMessage(content=text) for text in texts]
    thread_id = api.threads.create(messages=first).id
    run = api.threads.runs.run(assistant_id=new_assistant(), thread_id=thread_id)
    paged = []
    more, after = True, ""
    while more:
        page = api.threads.messages.list(thread_id, order=order, after=after)
        paged += page.data
        more, after = page.has_more, page.last_id
    *asked, answer = paged if order == "asc" else paged[::-1]
    everything = api.threads.messages.list(thread_id, limit=2147483647, order=order)

    assert [message.content[0].text.value for message in asked] == texts
    assert (answer.role, answer.run_id) == ("assistant", run.id)
    assert answer.id == run.final_answer.message.message_id
    assert everything.data == paged
