"""Failures that were seen, as the faults of a scenario."""

from __future__ import annotations

import json
from typing import Any

from appbuilder_mock.faults.faulty_response import response_of
from appbuilder_mock.recording.exchange import Exchange
from appbuilder_mock.recording.run_record import Document
from appbuilder_mock.scenarios import ErrorBody, Fault, ScenarioError
from appbuilder_mock.scenarios.checks import HEADER_VALUE


def fault_of(exchange: Exchange) -> Document | None:
    """The fault that answers as the gateway did; None for what a scenario cannot answer."""
    if exchange.status is None:
        return {"reset": "before_answering"}
    if exchange.status != 200 and not 400 <= exchange.status <= 599:
        return None
    fault: Document = {"status": exchange.status}
    if error := _error_of(exchange):
        fault["error"] = error
    else:
        fault["body"] = bytes(exchange.response).decode("utf-8", "replace")
    kind = exchange.headers.get("content-type", "")
    if exchange.media_type != "application/json" and HEADER_VALUE.fullmatch(kind):
        fault["content_type"] = kind
    if after := exchange.headers.get("retry-after"):
        fault["retry_after"] = int(after) if after.isascii() and after.isdigit() else after
    return fault


def fault_of_stream(exchange: Exchange) -> Document:
    """The fault of a run's response that broke off, or held an event that cannot be read."""
    fault: Document = {}
    if exchange.broken in ("closed", "reset"):
        counts = exchange.has_events
        fault["cut"] = (
            {"after_event": len(exchange.events)}
            if counts
            else {"after_byte": len(exchange.response)}
        )
    for number, event in enumerate(exchange.events if exchange.has_events else (), 1):
        if event.data is None:
            return {"malformed": {"event": number, "raw": event.raw}, **fault}
    return fault


def _error_of(exchange: Exchange) -> Document | None:
    """The error of an envelope, where the mock server would answer the same."""
    error: Any = exchange.answer.get("error")
    if not isinstance(error, dict):
        return None
    known = {name: error.get(name) for name in ("code", "message", "type", "param")}
    known["param"] = known["param"] or error.get("params")
    given = {name: value for name, value in known.items() if value is not None}
    try:
        response = response_of(Fault(status=exchange.status, error=ErrorBody(**given)))
    except (ScenarioError, TypeError):
        return None
    return given if json.loads(bytes(response.body)) == exchange.answer else None
