"""The module object `assistant`: a client made on first use from the environment."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import appbuilder_mock
import pytest

from tests.clients.bodies import RUN
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as it is before its first use."""
    import appbuilder_assistants as appbuilder

    monkeypatch.setattr(appbuilder.assistant, "_made", None)
    return appbuilder.assistant


def test_it_is_made_from_the_environment(
    assistant: ModuleType, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings made after the import and before the first use count."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    monkeypatch.setenv("APPBUILDER_TOKEN", "one")
    monkeypatch.setenv("GATEWAY_URL", server.url)

    assert assistant.threads.runs.query("t", "r").id == "run_1"
    assert assistant.threads is assistant.threads
    assert server.exchanges[0].headers["authorization"] == "Bearer one"


def test_another_token_takes_effect_at_once(
    assistant: ModuleType, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the official SDK; what was fetched before keeps its client."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    monkeypatch.setenv("GATEWAY_URL", server.url)
    monkeypatch.setenv("APPBUILDER_TOKEN", "one")
    before = assistant.threads.runs

    monkeypatch.setenv("APPBUILDER_TOKEN", "two")
    assistant.threads.runs.query("t", "r")
    before.query("t", "r")

    sent = [exchange.headers["authorization"] for exchange in server.exchanges]
    assert sent == ["Bearer two", "Bearer one"]


def test_threads_share_one_client(assistant: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of several threads makes the client, once."""
    monkeypatch.setenv("APPBUILDER_TOKEN", "one")
    together = threading.Barrier(8)

    def first_use(_: int) -> object:
        together.wait(30)
        return assistant.threads

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(first_use, range(8)))

    assert len({id(threads) for threads in made}) == 1


def test_a_program_for_the_official_sdk(
    assistant: ModuleType,
    mock: appbuilder_mock.Running,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Written as its documentation writes, with one import changed."""
    import appbuilder_assistants as appbuilder

    monkeypatch.setenv("APPBUILDER_TOKEN", mock.token)
    monkeypatch.setenv("GATEWAY_URL", mock.url)
    path = tmp_path / "readme.txt"
    path.write_text("你好", encoding="utf-8")
    texts: list[str] = []

    class MyEventHandler(appbuilder.AssistantEventHandler):
        def messages(self, messages_event: appbuilder.types.StreamRunMessage) -> None:
            piece = (messages_event.content or [])[-1]
            texts.append(piece.text.value)

    file = appbuilder.assistant.assistants.files.create(file_path=str(path))
    helper = appbuilder.assistant.assistants.create(
        name="test_function",
        description="你是一个热心的朋友",
        instructions="请用友善的语气回答问题",
        model="ERNIE-4.0T-8K",
        file_ids=[file.id],
    )
    appbuilder.assistant.assistants.mount_files(assistant_id=helper.id, file_id=file.id)
    thread = appbuilder.assistant.threads.create(
        messages=[appbuilder.assistant.type.AssistantMessage(content="你好")]
    )
    with appbuilder.assistant.threads.runs.stream_run_with_handler(
        thread_id=thread.id,
        assistant_id=helper.id,
        event_handler=MyEventHandler(),
        model_parameters=appbuilder.assistant.type.AssistantModelParameters(),
    ) as stream:
        stream.until_done()
    content = appbuilder.assistant.assistants.files.content(file_id=file.id)
    (tmp_path / "下载").mkdir()
    appbuilder.assistant.assistants.files.download(file.id, f"{tmp_path}/下载/")
    page = appbuilder.assistant.threads.messages.list(thread_id=thread.id, order="asc", after="")
    run = appbuilder.assistant.threads.runs.list(thread.id).data[0]

    assert "你好" in "".join(texts)
    assert content.content == "你好".encode()
    assert (tmp_path / "下载" / "readme.txt").read_text(encoding="utf-8") == "你好"
    assert [message.role for message in page.data] == ["user", "assistant"]
    assert isinstance(run, appbuilder.assistant.type.RunResult)


def test_no_token(assistant: ModuleType) -> None:
    """The error of a client without a token comes at the first use."""
    with pytest.raises(ValueError, match="export APPBUILDER_TOKEN"):
        _ = assistant.threads


def test_other_names(assistant: ModuleType) -> None:
    """A missing name is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="no attribute 'thread'"):
        _ = assistant.thread
    assert dir(assistant) == [
        "assistant_type",
        "assistants",
        "public_type",
        "thread_type",
        "threads",
        "type",
    ]


def test_types_need_no_token(assistant: ModuleType) -> None:
    """A program may build messages before it has a client."""
    message = assistant.thread_type.AssistantMessage(content="你好")

    assert message.role == "user"
    assert assistant.type.AssistantMessage is assistant.thread_type.AssistantMessage


def test_it_is_closed_when_the_program_ends(serve: Serve) -> None:
    """A program that never closes it ends without a warning."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    program = (
        "import appbuilder_assistants as appbuilder\n"
        "print(appbuilder.assistant.threads.runs.query('t', 'r').id)\n"
    )

    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program],
        env={**os.environ, "GATEWAY_URL": server.url, "APPBUILDER_TOKEN": "k"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("run_1\n", "")
