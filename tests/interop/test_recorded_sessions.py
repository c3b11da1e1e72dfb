"""Sessions of the official client, recorded and replayed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from appbuilder_mock.recording.server import recording
from appbuilder_mock.scenarios import read_scenario

from tests.interop.official import (
    WEATHER,
    api,
    new_assistant,
    new_thread,
    output_for,
)
from tests.interop.process import TOKEN, serving
from tests.interop.test_notebook_official import NOTEBOOK

ID = re.compile(r"\b(asst|thread|run|chatmsg|msg)_[0-9a-f]+|\b1\d{12}\b|logId:\d+|log_id='\d+'")


def streamed() -> list[Any]:
    return list(
        api.threads.runs.stream_run(
            assistant_id=new_assistant(instructions="简短"), thread_id=new_thread("你好")
        )
    )


def blocking() -> list[Any]:
    return [api.threads.runs.run(assistant_id=new_assistant(), thread_id=new_thread("你好"))]


def with_a_tool() -> list[Any]:
    """The stream stays open while the output is submitted beside it."""
    seen: list[Any] = []
    thread = new_thread("天气")
    for event in api.threads.runs.stream_run(
        assistant_id=new_assistant(tools=[WEATHER]), thread_id=thread
    ):
        seen.append(event)
        if getattr(event, "event_type", "") == "tool_calls":
            run_id = seen[0].details.run_object.id
            outputs = [output_for(call) for call in event.details.tool_calls]
            api.threads.runs.submit_tool_outputs(
                run_id=run_id, thread_id=thread, tool_outputs=outputs
            )
    return seen


def with_a_second_run() -> list[Any]:
    """The output goes in a second call of run."""
    assistant, thread = new_assistant(tools=[WEATHER]), new_thread("天气")
    run = api.threads.runs.run(assistant_id=assistant, thread_id=thread)
    [call] = run.required_action.submit_tool_outputs.tool_calls
    output = output_for(call, run_id=run.id)
    return [run, api.threads.runs.run(assistant_id=assistant, thread_id=thread, tool_output=output)]


def shown(objects: list[Any]) -> list[Any]:
    """Objects of the official client, but for ids and times."""
    texts = [ID.sub("0", one.model_dump_json()) for one in objects]
    return [without_log_id(json.loads(text)) for text in texts]


def without_log_id(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_log_id(part) for key, part in value.items() if key != "log_id"}
    return [without_log_id(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("session", [streamed, blocking, with_a_tool, with_a_second_run])
def test_a_session(
    session: Callable[[], list[Any]], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each object and event that the official client gives is the same."""
    file = tmp_path / "session.yaml"
    with recording(file, url) as address:
        monkeypatch.setenv("GATEWAY_URL", address)
        recorded = shown(session())
    with serving("--scenario", str(file), "--speed", "0") as replay:
        monkeypatch.setenv("GATEWAY_URL", replay)
        again = shown(session())

    assert again == recorded
    assert len(read_scenario(file).rules) == 1
    assert TOKEN not in file.read_text(encoding="utf-8")


def printed(url: str) -> list[str]:
    """The notebook's output of the API's objects."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    program = "\n".join(source for source in sources if not source.startswith("!"))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "GATEWAY_URL": url, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [ID.sub("", line) for line in done.stdout.splitlines() if line.startswith("id=")]


def test_the_notebook(url: str, tmp_path: Path) -> None:
    file = tmp_path / "notebook.yaml"
    with recording(file, url) as address:
        recorded = printed(address)
    with serving("--scenario", str(file), "--speed", "0") as replay:
        again = printed(replay)

    assert len(recorded) == 5
    assert again == recorded
