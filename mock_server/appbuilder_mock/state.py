"""The state of an app: its store, its runs, its settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from appbuilder_mock.middleware.recorder import RequestHistory
from appbuilder_mock.readings import Readings
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.scenarios import QuotaWindow, Rule
from appbuilder_mock.scenarios.player import ScenarioPlayer
from appbuilder_mock.storage.dump import dump
from appbuilder_mock.storage.store import Document, Store
from appbuilder_mock.wire_format.june_2024 import Wire

DEFAULT_TOKEN = "mock-token"

ErrorForm = Literal["status", "body"]


@dataclass(frozen=True)
class MockState:
    """One server's state; its settings are explained at `create_app`.

    Each call gets a copy with the `rule` of the scenario that it matched.
    """

    store: Store
    runs: Runs
    token: str
    ping_interval: float
    error_form: ErrorForm
    wire: Wire
    readings: Readings
    history: RequestHistory
    player: ScenarioPlayer
    strict: bool
    window: QuotaWindow | None = None
    rule: Rule | None = None

    def reset(self) -> None:
        """Forget everything: what is stored, what was received, and how far the scenario was."""
        self.runs.abandon_all()
        self.store.clear()
        self.history.clear()
        self.player.restart()
        if self.window:
            self.window.restart()

    def dump(self) -> Document:
        """Everything that is stored, for people, with the token redacted."""
        redacted: Document = self.history.redactor.value(dump(self.store))
        return redacted

    def __repr__(self) -> str:
        return "MockState()"  # keeps the token out of tracebacks


# Of one operation: from its body, a dict or an Upload, to its answer. Raises MockApiError.
Handler = Callable[[MockState, Any], Awaitable[Document | Response]]


def state_of(request: Request) -> MockState:
    state: MockState = request.app.state.mock
    return state
