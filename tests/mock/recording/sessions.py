"""Sessions to record and replay, and the parts of them that are compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
from appbuilder_mock.recording.server import recording

from tests.mock.wire import Api

ID = re.compile(r"(asst|thread|run|chatmsg|msg)_[0-9a-f]+")
END = re.compile(r"duration:\d+s logId:\d+")
Event = tuple[str, Any]


def comparable(value: Any) -> Any:
    """A value with its ids by their kind, and its times as whether there is one."""
    if isinstance(value, dict):
        return {
            key: bool(part) if key.endswith("_at") else comparable(part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [comparable(part) for part in value]
    if isinstance(value, str):
        return END.sub("duration logId", ID.sub(r"\1_id", value))
    return value


def events_of(text: str) -> Iterator[Event]:
    """The events of a stream, pings and comments left out, and comparable."""
    for block in text.split("\n\n"):
        fields = dict(
            line.split(": ", 1)
            for line in block.splitlines()
            if line[:1].isalpha() and ": " in line
        )
        if fields.get("event", "ping") != "ping":
            try:
                yield fields["event"], comparable(json.loads(fields["data"]))
            except ValueError:
                yield fields["event"], fields["data"]


def run_streamed(api: Api, outputs: str = "晴", **body: Any) -> list[Event]:
    """The events of a streamed run, up to where it ends or breaks off; tools get these outputs."""
    received, rest = "", ""
    with api.http.stream("POST", "/v2/threads/runs", json={**body, "stream": True}) as response:
        try:
            for text in response.iter_text():
                *blocks, rest = (rest + text).split("\n\n")
                for block in blocks:
                    received += f"{block}\n\n"
                    if '"requires_action"' in block and '"tool_calls"' in block:
                        _submit(api, received, block, outputs)
        except httpx.TransportError as error:
            received += f"event: broken\ndata: {type(error).__name__}\n\n"
    return list(events_of(received))


def _submit(api: Api, received: str, block: str, output: str) -> None:
    first = json.loads(received.partition("data: ")[2].partition("\n")[0])["details"]["run_object"]
    calls = json.loads(block.partition("data: ")[2])["details"]["tool_calls"]
    answers = [{"tool_call_id": call["id"], "output": output} for call in calls]
    place = {"thread_id": first["thread_id"], "run_id": first["id"]}
    api.post("threads/runs/submit_tool_outputs", {**place, "tool_outputs": answers})


def asking(text: str) -> dict[str, Any]:
    return {"thread": {"messages": [{"role": "user", "content": text}]}}


@contextmanager
def recorder(file: Path, upstream: str, token: str, **options: Any) -> Iterator[Api]:
    """A caller through a recorder."""
    with recording(file, upstream, **options) as url, Api(url, token) as api:
        yield api


@contextmanager
def replayed(file: Path, **options: Any) -> Iterator[Api]:
    """A caller of a server that replays the file without pauses."""
    with (
        appbuilder_mock.running(scenario=file, **{"speed": 0, **options}) as server,
        Api(server.url, server.token) as api,
    ):
        yield api


def both(
    file: Path, upstream: appbuilder_mock.Running, session: Callable[[Api], Any]
) -> tuple[Any, Any]:
    """The responses of a session while it is recorded, and while it is replayed."""
    with recorder(file, upstream.url, upstream.token) as api:
        recorded = session(api)
    with replayed(file) as api:
        return recorded, session(api)
