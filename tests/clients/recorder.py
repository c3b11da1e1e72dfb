"""A handler that records its calls."""

from __future__ import annotations

from typing import Any

from tests.clients.client_harness import ClientHarness

HOOKS = (
    "messages",
    "message_creation",
    "run_begin",
    "run_end",
    "run_cancelling",
    "tool_step_begin",
    "tool_step_end",
    "tool_calls",
    "tool_submitted_output",
    "unknown",
    "reconciled",
)


def recorder(harness: ClientHarness, **overridden: Any) -> Any:
    """A handler that records its calls, and runs the overridden methods."""
    called: list[str] = []

    def hook(name: str) -> Any:
        def method(self: Any, event: Any) -> Any:
            called.append(name)
            return overridden[name](self, event) if name in overridden else None

        return method

    methods: dict[str, Any] = {name: hook(name) for name in HOOKS}
    cls = type("Recorder", (harness.handler_class,), {**methods, "called": called})
    return cls()
