"""Several users of one server, each with a state of their own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from appbuilder_mock.authorization import has_token
from appbuilder_mock.middleware.request_ids import RequestIds
from appbuilder_mock.state import MockState


class Users:
    """An application for each user, chosen by the token of the request.

    Any other token reaches the first user's application, which refuses it. So do requests without a
    token: the control and the pages show the first user's state only.
    """

    def __init__(self, *apps: RequestIds) -> None:
        self._apps = apps
        self.states: list[MockState] = [app.app.state.mock for app in apps]
        if len({state.token for state in self.states}) < len(apps):
            raise ValueError("expected a token of its own for each user, got the same one twice")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps[0]
        if scope["type"] == "http":
            for other, state in zip(self._apps[1:], self.states[1:], strict=True):
                if has_token(Request(scope), state.token):
                    app = other
        await app(scope, receive, send)
