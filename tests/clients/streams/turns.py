"""One thread with runs that follow one another."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
from appbuilder_mock.scenarios import Reply, Rule

from tests.clients.raw_server import PATIENCE
from tests.clients.test_against_the_mock import asked

NEVER = Rule(reply=Reply(chunks=("你", "好"), chunk_delay=10 * PATIENCE))
"""An answer that does not come to its end while a test waits for it."""


class Turns:
    """One thread of an assistant; its first run is asked for as a stream."""

    def __init__(self, client: Any, server: appbuilder_mock.Running, *rules: Rule) -> None:
        self.client = client
        self.server = server
        self.assistant = client.assistants.create("a").id
        self.thread = client.threads.create(asked("早")["messages"]).id
        server.script(*(rules or (NEVER,)))

    def stream(self, **options: Any) -> Any:
        return self.client.threads.runs.stream_run(self.assistant, self.thread, **options)

    def states(self) -> list[str]:
        return [run.status for run in self.client.threads.runs.list(self.thread)]

    def next_works(self) -> None:
        """The run is cancelled, and the thread takes another at once."""
        assert self.states() == ["cancelled"]
        self.server.script()
        run = self.client.threads.runs.run(self.assistant, self.thread, asked("再来"))
        assert self.client.text(run).endswith('"再来"')


def first_piece(stream: Any) -> None:
    """Read until the answer has begun."""
    while not stream.messages:
        next(stream)
