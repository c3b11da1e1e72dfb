"""The kinds of responses, and the objects that a success holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemathesis import Case, Response

from . import document as spec
from . import run_events as sse

Object = dict[str, Any]


def is_error(response: Response) -> bool:
    """Whether the answer is an error, under an error status or under 200."""
    if response.status_code >= 400:
        return True
    if media_type_of(response) != "application/json":
        return False
    try:
        body = response.json()
    except ValueError:
        return True
    # Null stands for an unknown file. Where it stands for anything else, it breaks the schema.
    return body is None or (isinstance(body, dict) and "error" in body)


def is_in_band(response: Response) -> bool:
    """Whether the answer is an error under a status that says success."""
    return response.status_code < 300 and is_error(response)


def is_example(response: Response) -> bool:
    """Whether the mock answered with an example of the spec, as it does without a handler."""
    return "x-mock-example" in response.headers


def media_type_of(response: Response) -> str:
    """Such as `application/json`, without parameters; empty when the answer has none."""
    content_type: str = response.headers.get("content-type", [""])[0]
    return content_type.partition(";")[0].strip().lower()


def is_stream(response: Response) -> bool:
    return media_type_of(response) == "text/event-stream"


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
    if not is_stream(response):
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
    return list(_run_objects(events_of(response)))


def _run_objects(events: list[sse.RunEvent]) -> Iterator[Object]:
    for event in events:
        details = event.payload.get("details")
        if isinstance(details, dict):
            for name in ("run_object", "run_step_object"):
                if isinstance(details.get(name), dict):
                    yield details[name]
