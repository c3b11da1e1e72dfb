"""A Python client as openapi-python-client makes it by default, without our templates."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from appbuilder_mock import Running

from tests.generators.conftest import SPEC

PACKAGE = "baidu_app_builder_assistants_api_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package, which can be imported."""
    folder = tmp_path_factory.mktemp("stock")
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(SPEC)]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout
    [project] = folder.iterdir()
    sys.path.insert(0, str(project))
    yield PACKAGE
    sys.path.remove(str(project))


def test_it_works(generated: str, mock: Running) -> None:
    """It creates, runs, streams, uploads and downloads."""
    models = importlib.import_module(f"{generated}.models")
    types = importlib.import_module(f"{generated}.types")
    client = importlib.import_module(generated).AuthenticatedClient(mock.url, mock.token)

    def call(operation: str, **arguments: Any) -> Any:
        module = importlib.import_module(f"{generated}.api.{operation}")
        answer = module.sync(client=client, **arguments)
        assert not isinstance(answer, models.ErrorEnvelope), answer
        return answer

    tool = models.FunctionTool("function", models.AssistantFunction("get_weather"))
    body = models.CreateAssistantRequest("工具", tools=[tool], response_format="text")
    assert call("assistants.create_assistant", body=body).tools[0].function.name == "get_weather"
    body = models.CreateAssistantRequest("天气助手")
    assistant = call("assistants.create_assistant", body=body)
    assert assistant.name == "天气助手"

    thread = models.AssistantThread([models.UserMessage("你好", "user")])
    asked = {"assistant_id": assistant.id, "thread": thread}
    run = call("runs.create_run", body=models.CreateRunRequest(**asked, stream=False))
    assert run.status == "completed"

    # Its callers read JSON only; what builds the request is of use for a stream, too.
    create_run = importlib.import_module(f"{generated}.api.runs.create_run")
    request = create_run._get_kwargs(body=models.CreateRunRequest(**asked, stream=True))
    with client.get_httpx_client().stream(**request) as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("event: ")]
    assert (lines[0], lines[-1]) == ("event: status", "event: status")
    assert "event: message" in lines

    content = "你好，文件".encode()
    upload = types.File(payload=content, file_name="note.txt", mime_type="text/plain")
    file = call("files.create_file", body=models.CreateFileRequest(upload), purpose="assistant")
    downloaded = call("files.download_file", body=models.QueryFileRequest(file.id))
    assert downloaded.payload.read() == content
    assert [one.id for one in call("files.list_files").data] == [file.id]
    client.get_httpx_client().close()
