"""From an answer to its value, or to the right error."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AssistantsError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DeadlineExceededError,
    NotFoundError,
    Origin,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
)

from .calls import MAX_BODY, Call, Lost, Outcome, Question, Reply
from .redaction import Redactor, alone

T = TypeVar("T")
Q = TypeVar("Q", bound=Question)

EVENT_STREAM = "text/event-stream"

DEEPEST = 100
"""Levels of JSON within JSON: what is deeper, Python could read but not show, copy or write."""

LONGEST_TEXT = 4_000
"""Characters of an error's own text that are kept: it goes into logs."""

BY_STATUS: dict[int, type[ApiStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
}

# The words that error codes and types are made of, where a 200 carries the error and no status
# tells its kind. The service publishes no list, so only what leaves no doubt is here; the first
# that occurs wins, so the vague ones stand last.
BY_WORD: dict[str, type[ApiStatusError]] = {
    "authentication": AuthenticationError,
    "unauthorized": AuthenticationError,
    "invalid_token": AuthenticationError,
    "api_key": AuthenticationError,
    "permission": PermissionDeniedError,
    "forbidden": PermissionDeniedError,
    "not_found": NotFoundError,
    "conflict": ConflictError,
    "rate_limit": RateLimitError,
    "qps": RateLimitError,
    "invalid": BadRequestError,
    "internal": ServerError,
    "server_error": ServerError,
}


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """What an error object says of itself; None where it says nothing."""

    code: str | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None


def fails_alone(read: Callable[[Q, Reply], T]) -> Callable[[Q, Reply], T]:
    """Make reading an answer fail with an error that has all it tells in its own texts.

    The server may have repeated the token: these texts are without it, but errors behind them
    would not be, nor the variables of the frames that they come through.
    """

    @wraps(read)
    def read_alone(call: Q, reply: Reply) -> T:
        try:
            return read(call, reply)
        except AssistantsError as error:
            raise alone(error) from None

    return read_alone


def answer(call: Question, outcome: Outcome) -> Reply:
    """The answer if there is one and its status is 2xx, else the error it stands for."""
    if isinstance(outcome, Lost):
        raise lost_error(call, outcome) from outcome.cause
    if not isinstance(outcome, Reply):
        raise AssertionError(f"a Send was answered with {outcome!r}")
    if not 200 <= outcome.status < 300:
        raise status_error(call, outcome, loads_or_none(outcome.body))
    return outcome


@fails_alone
def parse(call: Call[T], reply: Reply) -> T:
    """Read a 2xx body, which may still be an error object."""
    if reply.cut_short:
        limit = f"{MAX_BODY // 1024 // 1024} MiB"
        raise response_error(
            call, reply, f"expected JSON of at most {limit}, got more; it begins {_shown(reply)}"
        )
    try:
        body = loads(reply.body)
    except ValueError as error:
        raise response_error(
            call, reply, f"expected JSON, got {_shown(reply)}: {quoted(error, reply)}"
        ) from error
    if is_error(body):
        raise status_error(call, reply, body)
    if not isinstance(body, dict):
        raise response_error(call, reply, f"expected a JSON object, got {_shown(reply)}")
    try:
        return call.parse(body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise response_error(
            call,
            reply,
            f"the answer does not fit the API ({quoted(error, reply)}); it begins {_shown(reply)}",
        ) from error


def loads(body: bytes | str) -> Any:
    """JSON to Python. Raises ValueError for anything else, however odd."""
    text = body if isinstance(body, str) else body.decode("utf-8-sig")
    try:
        value = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    if text.count("[") + text.count("{") > DEEPEST and _is_too_deep(value):
        raise ValueError("the JSON is nested too deeply")
    return value


def _refuse_constant(name: str) -> float:
    """Refuse what Python reads and writes and JSON does not have: NaN, Infinity, -Infinity."""
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    """Read a number; Python reads one beyond the largest float as infinity."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _is_too_deep(value: object) -> bool:
    """Whether there are more levels than `DEEPEST`, looked at one by one."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [node for node in level if isinstance(node, (dict, list)) and node]
        if not inner:
            return False
        level = [
            child for node in inner for child in (node.values() if isinstance(node, dict) else node)
        ]
    return True


def loads_or_none(body: bytes | str) -> Any:
    """As `loads`, with None for what is not JSON."""
    try:
        return loads(body)
    except ValueError:
        return None


def is_error(body: object) -> bool:
    """Whether a 2xx body is an error object.

    Other objects name their kind in `object` and events have a number; a field `error` that is
    new to one of them makes no error of it.
    """
    if not isinstance(body, dict) or "object" in body or "send_id" in body:
        return False
    error = body.get("error")
    return isinstance(error, dict) or (isinstance(error, str) and error != "")


def error_detail(body: object, hide: Redactor) -> ErrorDetail:
    """Read an error object out of any JSON, without what is to be hidden. Never raises."""
    if not isinstance(body, dict):
        return ErrorDetail()
    error = body.get("error", body)
    if not isinstance(error, dict):
        return ErrorDetail(message=_text(error, hide))
    param = error.get("param")
    return ErrorDetail(
        code=_text(error.get("code"), hide),
        message=_text(error.get("message"), hide),
        type=_text(error.get("type"), hide),
        param=_text(error.get("params") if param is None else param, hide),
    )


def status_error(call: Question, reply: Reply, body: object) -> ApiStatusError:
    """The most specific error for a refusal."""
    detail = error_detail(body, reply.hide)
    cls = _error_class(reply.status, detail)
    return cls(
        _status_message(reply, detail, cls),
        status_code=reply.status,
        code=detail.code,
        param=detail.param,
        retry_after=retry_after(reply),
        origin=origin(call, reply.request_id),
    )


def not_a_stream(call: Question, reply: Reply) -> AssistantsError:
    """The error for a 2xx answer that is no event stream, though one was asked for."""
    body = loads_or_none(reply.body)
    if is_error(body):
        return status_error(call, reply, body)
    return response_error(call, reply, f"expected {EVENT_STREAM}, got {_shown(reply)}")


def lost_error(call: Question, lost: Lost) -> ApiConnectionError:
    """The error for an answer that never came."""
    cls = ApiTimeoutError if lost.timed_out else ApiConnectionError
    if lost.overdue:
        cls = DeadlineExceededError
    return cls(
        lost.message,
        reached_server=lost.reached_server,
        origin=origin(call, lost.request_id),
    )


def response_error(call: Question, reply: Reply, message: str) -> ResponseError:
    """The error for a 2xx answer that is not what the API promises."""
    return ResponseError(message, status_code=reply.status, origin=origin(call, reply.request_id))


def origin(call: Question, request_id: str | None) -> Origin:
    """Where an error of this call comes from."""
    return Origin(call.operation, call.request.method, call.request.path, request_id)


def is_event_stream(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the body is a stream of events that may be read as it comes."""
    kind = headers.get("content-type", "").partition(";")[0]
    return 200 <= status < 300 and kind.strip().lower() == EVENT_STREAM


def retry_after(reply: Reply) -> float | None:
    """`Retry-After` in seconds, from a number or a date; None when absent or unreadable."""
    value = reply.headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        then, now = _epoch(value), _epoch(reply.headers.get("date", ""))
        # The server's own clock is the one its date was read from.
        seconds = math.nan if then is None else then - (reply.received_at if now is None else now)
        seconds = max(seconds, 0.0) if not math.isnan(seconds) else seconds
    return seconds if 0 <= seconds < math.inf else None


def _epoch(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError, OSError):
        return None


def _error_class(status: int, detail: ErrorDetail) -> type[ApiStatusError]:
    if 200 <= status < 300:
        return _told_class(detail)
    return BY_STATUS.get(status, ServerError if 500 <= status < 600 else ApiStatusError)


def _told_class(detail: ErrorDetail) -> type[ApiStatusError]:
    """The class that the error's own code or type names, else the general one."""
    if detail.code is not None and re.fullmatch("[45][0-9][0-9]", detail.code):
        return _error_class(int(detail.code), detail)
    said = f"{detail.code} {detail.type}".lower()
    return next((cls for word, cls in BY_WORD.items() if word in said), ApiStatusError)


def _status_message(reply: Reply, detail: ErrorDetail, cls: type[ApiStatusError]) -> str:
    if 300 <= reply.status < 400:
        target = reply.hide.text(_to_host(reply.headers.get("location", "")))
        return (
            f"the gateway redirects{target}; redirects are not followed, because they would "
            "carry the token along: set gateway_url (or GATEWAY_URL) to the final address"
        )
    message = detail.message or f"no error object, but {_shown(reply)}"
    if cls is AuthenticationError:
        message += " (check the token: the variable APPBUILDER_TOKEN, or AppBuilder(token=...))"
    return message


def _to_host(location: str) -> str:
    """` to https://host` for a redirect's target, without its path or user; or nothing."""
    try:
        parts = urlsplit(location)
        return f" to {parts.scheme}://{parts.hostname}" if parts.hostname else ""
    except ValueError:
        return ""


def _shown(reply: Reply) -> str:
    """The answer in a few words, for a message."""
    kind = reply.hide.text(reply.headers.get("content-type", "no content type"))
    start = reply.begins(120)
    return f"{start!r} ({kind})" if start else f"an empty body ({kind})"


def quoted(error: Exception, reply: Reply) -> str:
    """What Python says of an answer that is not as expected, for a message."""
    return f"{type(error).__name__}: {reply.hide.text(str(error), LONGEST_TEXT)}"


def _text(value: object, hide: Redactor) -> str | None:
    """Any JSON value as a text that can be shown; None and "" say nothing."""
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = hide.text(text, LONGEST_TEXT)
    if len(text) > LONGEST_TEXT:
        shown += "…"
    # JSON can hold half a surrogate pair, which could not be printed.
    return shown.encode("utf-8", "replace").decode("utf-8")
