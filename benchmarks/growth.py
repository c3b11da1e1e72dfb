"""The growth of costs: with calls at once, lengths of pages and streams, stored objects."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from appbuilder_mock import Store
from appbuilder_mock.resources.conversation import new_assistant, new_thread

from .peers.kinds import AT_ONCE_STEPS
from .rounds import Worker
from .server import PAGES, STREAMS

OURS = ("ours", "ours_fast")
STORED = (10, 10_000, 1_000_000)  # messages
ROUNDS = 5
Point = tuple[int, float]


@dataclass
class Curve:
    """The cost of one thing at several sizes: `lines` has the points of each label."""

    name: str
    title: str
    x: str
    y: str
    lines: dict[str, list[Point]] = field(default_factory=dict)

    def add(self, label: str, size: int, cost: float) -> None:
        self.lines.setdefault(label, []).append((size, cost))


def curves(urls: Mapping[str, str], *, quick: bool) -> list[Curve]:
    print("measuring: growth", file=sys.stderr, flush=True)
    return [*client_curves(urls, quick=quick), *mock_curves(STORED[:-1] if quick else STORED)]


# ── The client ─────────────────────────────────────────────────────────────────────────────────


def client_curves(urls: Mapping[str, str], *, quick: bool) -> Iterator[Curve]:
    streams = STREAMS[:-1] if quick else STREAMS
    calls = Curve("calls", "Async calls at once", "calls at once", "µs of CPU a call")
    pages = Curve("pages", "Pages", "runs in a page", "µs of CPU a run")
    events = Curve("events", "Streams", "events", "µs of CPU an event")
    memory = Curve("memory", "Memory of a stream", "events", "MB above idle")
    for peer in OURS:
        for size in AT_ONCE_STEPS:
            count = max(size, 500)
            cpu, _ = cost(peer, f"at-once-{size}", urls, count, ROUNDS)
            calls.add(peer, size, cpu / count)
        for size in PAGES:
            count = 2000 // size
            cpu, _ = cost(peer, f"page-{size}", urls, count, ROUNDS)
            pages.add(peer, size, cpu / count / size)
        for size in streams:
            cpu, own = cost(peer, f"events-{size}", urls, 1, ROUNDS if size <= 10_000 else 1)
            events.add(peer, size, cpu / size)
            memory.add(peer, size, own)
    yield from (calls, pages, events, memory)


def cost(
    peer: str, row: str, urls: Mapping[str, str], count: int, rounds: int
) -> tuple[float, float]:
    """The medians of the rounds: microseconds of CPU, and what the act itself measures."""
    worker = Worker(peer, row, {}, json.dumps(dict(urls)))
    try:
        found = [worker.round(count) for _ in range(rounds)]
        figures = [one for one in found if one]
        if not figures:
            raise RuntimeError(f"{peer} cannot do {row}: {worker.problem}")
        cpu = statistics.median(one["cpu"] for one in figures) * 1e6
        return cpu, max(one["own"] or 0.0 for one in figures)
    finally:
        worker.close()


# ── The mock server ────────────────────────────────────────────────────────────────────────────


def mock_curves(sizes: Sequence[int]) -> Iterator[Curve]:
    calls = Curve("mock", "The mock server", "messages in the thread", "µs of CPU a request")
    start = Curve("mock-start", "Start of the mock server", "messages stored", "ms of CPU")
    for size in sizes:
        with TemporaryDirectory() as folder:
            names = stored(Path(folder) / "mock.db", size)
            with mock(Path(folder) / "mock.db") as (process, connection):
                start.add("start", size, cpu_seconds(process.pid) * 1e3)
                for label, path, body in requests(names):
                    calls.add(label, size, request_cost(process.pid, connection, path, body))
    yield from (calls, start)


def stored(db: Path, count: int) -> dict[str, str]:
    """A new database with one thread of so many messages. The ids that requests name."""
    store = Store(db)
    assistant = new_assistant(store, {"name": "bench"})
    thread = new_thread(store, {})
    message: dict[str, Any] = {"thread_id": thread["id"], "role": "user", "file_ids": []}
    message |= {"text": "北京今天的天气怎么样？" * 3, "assistant_id": "", "run_id": ""}
    middle = ""
    with store.transaction():
        for number in range(count):
            id_ = store.new_id("msg_")
            middle = id_ if number == count // 2 else middle
            store.add("message", thread["id"], {"id": id_, **message, "created_at": number})
    store.close()
    return {"assistant": assistant["id"], "thread": thread["id"], "message": middle}


def requests(names: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    thread = {"thread_id": names["thread"]}
    yield "look-up", "messages/query", {**thread, "message_id": names["message"]}
    # Of ten messages there are five behind the one in the middle.
    yield "page of 5", "messages/list", {**thread, "limit": 5, "after": names["message"]}
    run = {"assistant_id": names["assistant"], **thread}
    yield "run", "runs", {**run, "thread": {"messages": [{"role": "user", "content": "你好"}]}}


@contextmanager
def mock(db: Path) -> Iterator[tuple[subprocess.Popen[str], http.client.HTTPConnection]]:
    command = [sys.executable, "-m", "appbuilder_mock", "--port", "0", "--quiet", "--db", str(db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout
            url = process.stdout.readline().split()[-1]
            connection = http.client.HTTPConnection(urlsplit(url).netloc)
            yield process, connection
            connection.close()
        finally:
            process.terminate()


def request_cost(
    pid: int, connection: http.client.HTTPConnection, path: str, body: Mapping[str, Any]
) -> float:
    """Microseconds of the server's CPU, the median of the rounds."""
    data = json.dumps(body).encode()
    headers = {"Authorization": "Bearer mock-token", "Content-Type": "application/json"}

    def send(count: int) -> None:
        for _ in range(count):
            connection.request("POST", f"/v2/threads/{path}", data, headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text

    send(50)
    return statistics.median(per_call(pid, send, 50) for _ in range(ROUNDS)) * 1e6


def per_call(pid: int, send: Callable[[int], None], count: int) -> float:
    before = cpu_seconds(pid)
    send(count)
    return (cpu_seconds(pid) - before) / count


def cpu_seconds(pid: int) -> float:
    """Of all threads of a process, in nanoseconds where other counts have hundredths."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9
