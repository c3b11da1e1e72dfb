"""The objects in a successful response, for our checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemathesis import Case, Response

from contract_tests.checks.coverage import is_error, media_type_of

from . import document as spec
from . import run_events as sse

Object = dict[str, Any]


def success_of(case: Case[Any], response: Response) -> Object | None:
    """The JSON object of a success; None for an error, a stream and the bytes of a file."""
    if is_error(response) or spec.answers_bytes(spec.operation_of(case)):
        return None
    if media_type_of(response) != "application/json":
        return None
    body = response.json()
    return body if isinstance(body, dict) else None


def items_of(body: Object) -> list[Object] | None:
    """The objects in a list; None when the body is no list."""
    data = body.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        return None
    return data


def events_of(response: Response) -> list[sse.RunEvent]:
    """The events of a stream; none when they cannot be read, which other checks report."""
    if media_type_of(response) != "text/event-stream":
        return []
    try:
        return list(sse.events([response.content]))
    except (ValueError, TypeError):
        return []


def objects_of(case: Case[Any], response: Response) -> list[Object]:
    """Every assistant, thread, message, run, step and file in it, those of events in order."""
    body = success_of(case, response)
    if body is not None:
        items = items_of(body)
        return [body] if items is None else items
    return list(_told(events_of(response)))


def _told(events: list[sse.RunEvent]) -> Iterator[Object]:
    for event in events:
        details = event.payload.get("details")
        if isinstance(details, dict):
            for name in ("run_object", "run_step_object"):
                if isinstance(details.get(name), dict):
                    yield details[name]
