"""A request target with scheme and host, as clients send it to a proxy."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


class OriginForm:
    """Middleware that serves `POST http://host/v2/threads` as `POST /v2/threads`.

    As RFC 9112 (3.2.2) has it, the target's host counts then in place of the header's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (target := ABSOLUTE.fullmatch(scope["raw_path"])):
            host, path = target.groups()
            headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope = {
                **scope,
                "raw_path": path or b"/",
                "path": unquote((path or b"/").decode("ascii")),
                "headers": [(b"host", host), *headers],
            }
        await self._app(scope, receive, send)
