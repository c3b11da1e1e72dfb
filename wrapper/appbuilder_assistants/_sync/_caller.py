# Written by scripts/unasync.py from _async/_caller.py; do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from appbuilder_assistants._core.calls import Call, Reply, StreamCall
from appbuilder_assistants._core.flows import open_stream, run_call
from appbuilder_assistants._drive import drive

if TYPE_CHECKING:
    import httpx

    from appbuilder_assistants._settings import Settings

T = TypeVar("T")


class Caller:
    """Carries calls out with one client's connections and settings. Shared by its resources."""

    def __init__(self, http: httpx.Client, settings: Settings) -> None:
        self.http = http
        self.settings = settings

    def run(self, call: Call[T]) -> T:
        flow = run_call(call, retry=self.settings.retry)
        return drive(flow, self.http, self.settings)

    def open(self, call: StreamCall) -> Reply:
        flow = open_stream(call, retry=self.settings.retry)
        return drive(flow, self.http, self.settings)
