"""A request id on every answer."""

from __future__ import annotations

import re
import uuid

from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

HEADER = "X-Appbuilder-Request-Id"
NAME = HEADER.lower().encode()
SCOPE_KEY = "appbuilder_mock.request_id"  # where the application finds it
SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


class RequestIds:
    """Puts the caller's request id on the answer, or a new one where it sent none or nonsense.

    Around the whole application, so that errors of any kind carry one, too.
    """

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((v for k, v in scope["headers"] if k == NAME), b"")
        text = given.decode("latin-1")
        request_id = text if SANE.fullmatch(text) else str(uuid.uuid4())

        scope[SCOPE_KEY] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (NAME, request_id.encode())]
            await send(message)

        await self.app(scope, receive, send_with_id)
