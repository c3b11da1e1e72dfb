from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from appbuilder_assistants._core.calls import Call, FileCall, Reply, StreamCall, Target
from appbuilder_assistants._core.flows import open_stream, run_call, save_file
from appbuilder_assistants._core.pages import Cursor, Page
from appbuilder_assistants._drive import adrive

if TYPE_CHECKING:
    import httpx

    from appbuilder_assistants._settings import Settings, Timeout

T = TypeVar("T")


class AsyncCaller:
    """Carries calls out with one client's connections and settings. Shared by its resources."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings) -> None:
        self.http = http
        self.settings = settings

    async def run(self, call: Call[T]) -> T:
        flow = run_call(call, retry=self.settings.retry)
        return await adrive(flow, self.http, self.settings)

    async def open(self, call: StreamCall) -> Reply:
        flow = open_stream(call, retry=self.settings.retry)
        return await adrive(flow, self.http, self.settings)

    async def save(self, call: FileCall, target: Target[T], timeout: Timeout) -> T:
        settings = self.settings
        flow = save_file(call, target, retry=settings.retry)
        if timeout is not None:
            settings = replace(settings, timeout=timeout)
        return await adrive(flow, self.http, settings)

    async def each(
        self, page_after: Callable[[str | None], Call[Page[T]]], after: str | None
    ) -> AsyncIterator[T]:
        """Every item of a list, page by page as they are asked for."""
        cursor = Cursor(after or None)
        more = True
        while more:
            call = page_after(cursor.after)
            page = await self.run(call)
            for item in page.data:
                yield item
            more = cursor.move(call, page)
