# Written by scripts/unasync.py from _async/_caller.py; do not edit.

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from appbuilder_assistants._core.calls import Call, FileCall, Reply, StreamCall, Target
from appbuilder_assistants._core.flows import open_stream, run_call, save_file
from appbuilder_assistants._core.pages import Cursor, Page
from appbuilder_assistants._drive import drive

if TYPE_CHECKING:
    import httpx

    from appbuilder_assistants._settings import Settings, Timeout

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

    def save(self, call: FileCall, target: Target[T], timeout: Timeout) -> T:
        settings = self.settings
        flow = save_file(call, target, retry=settings.retry)
        if timeout is not None:
            settings = replace(settings, timeout=timeout)
        return drive(flow, self.http, settings)

    def each(
        self, page_after: Callable[[str | None], Call[Page[T]]], after: str | None
    ) -> Iterator[T]:
        """Every item of a list, page by page as they are asked for."""
        cursor = Cursor(after or None)
        more = True
        while more:
            call = page_after(cursor.after)
            page = self.run(call)
            for item in page.data:
                yield item
            more = cursor.move(call, page)
