"""The building blocks of the catalogue: changes to what passes through a proxy.

Operations are named in one text, `"queryRun listRuns"`; `"*"` means all of them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from contract_tests.mutants.proxy import Change, ProxyRequest, ProxyResponse, Send

Json = Any
Edit = Callable[[Json], Json]
EditAsked = Callable[[Json, dict[str, Any]], Json]  # also sees the body of the request

GONE: Any = object()


@dataclass(frozen=True)
class ProxiedEvent:
    """One event of a stream, as it is changed."""

    name: str
    data: Any

    @property
    def kind(self) -> str:
        """As in run_events.py: the event type of a status event, else the name."""
        return str(self.data["event_type"]) if self.name == "status" else self.name

    def encode(self) -> bytes:
        return f"event: {self.name}\ndata: {dumped(self.data)}\n\n".encode()


# ── Parts of a JSON body ────────────────────────────────────────────────────────────────────────


def put(path: str, value: Any) -> Edit:
    """Put a value at a place such as `"data/*/id"`; GONE takes away what is there.

    A function gets the present value. Missing places, and null on the way, stay unchanged.
    """
    keys = path.split("/")

    def edit(body: Json) -> Json:
        return _put(body, keys, value)

    return edit


def _put(place: Json, keys: list[str], value: Any) -> Json:
    key, *rest = keys
    if isinstance(place, list):
        chosen = range(len(place)) if key == "*" else [int(key)]
        return [
            _changed(one, rest, value) if index in chosen else one
            for index, one in enumerate(place)
        ]
    if not isinstance(place, dict) or key not in place:
        return place
    if not rest and value is GONE:
        return {name: one for name, one in place.items() if name != key}
    return {**place, key: _changed(place[key], rest, value)}


def _changed(old: Json, rest: list[str], value: Any) -> Json:
    if rest:
        return _put(old, rest, value)
    return value(old) if callable(value) else value


def page_of(page: Json, data: list[Json]) -> Json:
    """The page with other items, and the right ids of its ends."""
    first, last = (data[0]["id"], data[-1]["id"]) if data else ("", "")
    return {**page, "data": data, "first_id": first, "last_id": last}


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────


def answer(
    operations: str, edit: Edit | None = None, *, asked: EditAsked | None = None, first: int = 0
) -> Change:
    """Change the JSON of successes, but for the `first` ones of this number."""
    seen = 0

    def answered(request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        nonlocal seen
        if not _is_success(answer) or not names(operations, request):
            return answer
        seen += 1
        if seen <= first:
            return answer
        body = edit(answer.json) if edit else answer.json
        return with_json(answer, asked(body, request.json) if asked else body)

    return Change(on_response=answered)


def error(
    status: int, change: Callable[[ProxyResponse], ProxyResponse], operations: str = "*"
) -> Change:
    """Change the errors of one status; of every status when it is 0."""

    def answered(request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        meant = answer.status in (status, status or answer.status) and answer.status >= 400
        return change(answer) if meant and names(operations, request) else answer

    return Change(on_response=answered)


def whole(operations: str, change: Callable[[ProxyResponse], ProxyResponse]) -> Change:
    """Change whole successes, streams and bytes included."""

    def answered(request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
        return change(answer) if answer.status < 300 and names(operations, request) else answer

    return Change(on_response=answered)


def status(code: int) -> Callable[[ProxyResponse], ProxyResponse]:
    return lambda answer: replace(answer, status=code)


def header(name: str, value: Any) -> Callable[[ProxyResponse], ProxyResponse]:
    """Put a header; GONE takes it away."""

    def change(answer: ProxyResponse) -> ProxyResponse:
        headers = {key: one for key, one in answer.headers.items() if key != name}
        return replace(answer, headers=headers if value is GONE else {**headers, name: value})

    return change


def body(change: Callable[[bytes], bytes]) -> Callable[[ProxyResponse], ProxyResponse]:
    return lambda answer: replace(answer, body=change(answer.body))


def json_body(edit: Edit) -> Callable[[ProxyResponse], ProxyResponse]:
    return lambda answer: with_json(answer, edit(answer.json))


def with_json(answer: ProxyResponse, value: Json) -> ProxyResponse:
    return replace(answer, body=dumped(value).encode())


def dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def made(status: int, value: Json) -> ProxyResponse:
    """A response of the proxy's own."""
    headers = {"content-type": "application/json", "x-appbuilder-request-id": str(uuid.uuid4())}
    return ProxyResponse(status, headers, dumped(value).encode())


# ── Requests ────────────────────────────────────────────────────────────────────────────────────


def request(operations: str, edit: Edit) -> Change:
    """Change the JSON of a request before the server gets it."""

    def asked(request: ProxyRequest) -> ProxyRequest:
        if not request.json or not names(operations, request):
            return request
        return replace(request, body=dumped(edit(request.json)).encode())

    return Change(on_request=asked)


def request_headers(operations: str, edit: Callable[[dict[str, str]], dict[str, str]]) -> Change:
    def asked(request: ProxyRequest) -> ProxyRequest:
        if not names(operations, request):
            return request
        return replace(request, headers=edit(dict(request.headers)))

    return Change(on_request=asked)


def instead(
    operations: str,
    answer: Callable[[dict[str, Any]], ProxyResponse | None],
) -> Change:
    """Respond without the server; None passes the request on."""

    def asked(request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        made = answer(request.json) if names(operations, request) else None
        return made or request

    return Change(on_request=asked)


# ── Streams ─────────────────────────────────────────────────────────────────────────────────────


def stream(change: Callable[[Iterator[ProxiedEvent]], Iterator[ProxiedEvent]]) -> Change:
    """Change the events of streams; pings stay unchanged."""
    return raw_stream(lambda events: (one.encode() for one in change(map(_parsed, events))))


def raw_stream(change: Callable[[Iterator[bytes]], Iterator[bytes]]) -> Change:
    """Change the events as they are written."""
    return Change(on_events=lambda _request, events: change(events))


def event(kind: str, edit: Edit) -> Change:
    """Change the payload of each event of a kind of run_events.py; `status` is every kind."""

    def change(events: Iterator[ProxiedEvent]) -> Iterator[ProxiedEvent]:
        for one in events:
            meant = kind in (one.kind, one.name)
            yield replace(one, data=edit(one.data)) if meant else one

    return stream(change)


def counted(events: Iterator[ProxiedEvent]) -> Iterator[ProxiedEvent]:
    """Renumber the events, so that only their order or presence is wrong."""
    send_id = 0
    for one in events:
        send_id += one.name != "ping"
        yield one if one.name == "ping" else replace(one, data={**one.data, "send_id": send_id})


def _parsed(block: bytes) -> ProxiedEvent:
    fields = dict(line.partition(": ")[::2] for line in block.decode().split("\n") if line)
    return ProxiedEvent(fields["event"], json.loads(fields["data"]))


# ── Together ────────────────────────────────────────────────────────────────────────────────────


def both(one: Change, other: Change) -> Change:
    """Apply one change after the other, where a promise shows in more than one place."""

    def asked(request: ProxyRequest) -> ProxyRequest | ProxyResponse:
        first = one.on_request(request)
        return first if isinstance(first, ProxyResponse) else other.on_request(first)

    return Change(
        on_request=asked,
        on_response=lambda request, answer, send: other.on_response(
            request, one.on_response(request, answer, send), send
        ),
        on_events=lambda request, events: other.on_events(request, one.on_events(request, events)),
    )


def names(operations: str, request: ProxyRequest) -> bool:
    """Whether the request is for one of these operations."""
    operation_id = request.operation_id
    return bool(operation_id) and (operations == "*" or operation_id in operations.split())


def _is_success(answer: ProxyResponse) -> bool:
    return (
        answer.status == 200
        and answer.headers.get("content-type", "").startswith("application/json")
        and isinstance(answer.json, dict)
        and "error" not in answer.json
    )
