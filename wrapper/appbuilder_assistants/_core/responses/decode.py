"""Decode a reply: to its value, or to the right error."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar
from urllib.parse import urlsplit

from appbuilder_assistants._core.calls import NoReply, Outcome, Reply
from appbuilder_assistants._core.limits import MAX_BODY
from appbuilder_assistants._core.redaction import strip_context
from appbuilder_assistants._core.requests import Call, OperationRequest
from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AssistantsError,
    AuthenticationError,
    DeadlineExceededError,
    NotFoundError,
    Origin,
    ResponseError,
)

from .error_forms import LONGEST_TEXT, ErrorDetail, error_class, error_detail, is_error
from .json_reader import loads, loads_or_none
from .misfit import UNREADABLE, MisfitError, read_as

T = TypeVar("T")
Q = TypeVar("Q", bound=OperationRequest)

EVENT_STREAM = "text/event-stream"


def strips_context(read: Callable[[Q, Reply], T]) -> Callable[[Q, Reply], T]:
    """Let the errors of reading a reply have no causes and no frames.

    The server may have echoed the token: the error's own texts are without it, but its causes
    would not be, nor the variables of its frames.
    """

    @wraps(read)
    def read_stripped(call: Q, reply: Reply) -> T:
        try:
            return read(call, reply)
        except AssistantsError as error:
            raise strip_context(error) from None

    return read_stripped


def expect_success(call: OperationRequest, outcome: Outcome) -> Reply:
    """The reply if there is one and its status is 2xx; raises the error it stands for, if not."""
    if isinstance(outcome, NoReply):
        raise no_reply_error(call, outcome) from outcome.cause
    if not isinstance(outcome, Reply):
        raise AssertionError(f"a Send was answered with {outcome!r}")
    if not 200 <= outcome.status < 300:
        raise status_error(call, outcome, loads_or_none(outcome.body))
    return outcome


@strips_context
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
    if body is None and call.null_is_unknown:
        raise unknown_id_error(call, reply)
    if not isinstance(body, dict):
        raise response_error(call, reply, f"expected a JSON object, got {_shown(reply)}")
    try:
        return read_as(call.parse, body)
    except UNREADABLE as error:
        raise response_error(
            call,
            reply,
            f"the response does not match the API ({quoted(error, reply)}); "
            f"it begins {_shown(reply)}",
        ) from error


def unknown_id_error(call: OperationRequest, reply: Reply) -> NotFoundError:
    """The error for null in place of an object: it seems that no object has the id."""
    asked = loads_or_none(call.request.body) if isinstance(call.request.body, bytes) else None
    ids = {name: value for name, value in (asked or {}).items() if name.endswith("_id")}
    what = next(reversed(ids), "object").removesuffix("_id")
    given = reply.redactor.redact(", ".join(f"{name}={value!r}" for name, value in ids.items()))
    return NotFoundError(
        f"the service answered null: no {what} has this id ({given})",
        status_code=reply.status,
        origin=origin(call, reply.request_id),
    )


def status_error(call: OperationRequest, reply: Reply, body: object) -> ApiStatusError:
    """The most specific error for a refusal."""
    detail = error_detail(body, reply.redactor)
    cls = error_class(reply.status, detail)
    # The header is what support asks for; the general form has the id in its body.
    request_id = reply.request_id if reply.service_id else detail.request_id or reply.request_id
    return cls(
        _status_message(reply, detail, cls),
        status_code=reply.status,
        code=detail.code,
        param=detail.param,
        retry_after=retry_after(reply),
        origin=origin(call, request_id),
    )


def not_a_stream(call: OperationRequest, reply: Reply) -> AssistantsError:
    """The error for a 2xx reply that is no event stream, though one was requested."""
    body = loads_or_none(reply.body)
    if is_error(body):
        return status_error(call, reply, body)
    return response_error(call, reply, f"expected {EVENT_STREAM}, got {_shown(reply)}")


def no_reply_error(call: OperationRequest, no_reply: NoReply) -> ApiConnectionError:
    """The error for a reply that never came."""
    cls = ApiTimeoutError if no_reply.timed_out else ApiConnectionError
    if no_reply.overdue:
        cls = DeadlineExceededError
    return cls(
        no_reply.message,
        reached_server=no_reply.reached_server,
        origin=origin(call, no_reply.request_id),
    )


def response_error(call: OperationRequest, reply: Reply, message: str) -> ResponseError:
    """The error for a 2xx reply that does not match the API."""
    return ResponseError(message, status_code=reply.status, origin=origin(call, reply.request_id))


def origin(call: OperationRequest, request_id: str | None) -> Origin:
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
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError, OSError):
        return None


def _status_message(reply: Reply, detail: ErrorDetail, cls: type[ApiStatusError]) -> str:
    if 300 <= reply.status < 400:
        target = reply.redactor.redact(_to_host(reply.headers.get("location", "")))
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
    """The reply in a few words, for a message."""
    kind = reply.redactor.redact(reply.headers.get("content-type", "no content type"))
    start = reply.begins(120)
    return f"{start!r} ({kind})" if start else f"an empty body ({kind})"


def quoted(error: Exception, reply: Reply) -> str:
    """The reason why a reply is not as expected, for a message."""
    if isinstance(error, MisfitError):
        return str(error)
    return f"{type(error).__name__}: {reply.redactor.redact(str(error), LONGEST_TEXT)}"
