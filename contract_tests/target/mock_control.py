"""The control of the mock: the response it gives next."""

from __future__ import annotations

from typing import Any

import httpx


class MockControl:
    """The scenario of the mock at a URL, which is http: it needs no certificates."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_mock/scenario"

    def refuse(self, operation_id: str, status: int) -> None:
        """Answer an operation with an error of this status."""
        error = {"code": "told_to", "message": "照吩咐拒绝"}
        fault = {"status": status, "error": error, "retry_after": 1}
        self.play({"match": {"operation": operation_id}, "fault": fault})

    def play(self, rule: dict[str, Any]) -> None:
        """Let runs, or whatever the rule matches, go as it says (docs/scenarios.md)."""
        httpx.post(self._url, json={"rules": [rule]}, verify=False).raise_for_status()

    def stop(self) -> None:
        """Answer as by default again."""
        httpx.delete(self._url, verify=False).raise_for_status()
