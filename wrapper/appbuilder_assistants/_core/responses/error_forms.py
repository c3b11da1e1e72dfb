"""Errors in JSON, in every form the vendor has, and the class of each; no I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from appbuilder_assistants._core.redaction import Secret
from appbuilder_assistants.errors import (
    ApiStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)

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
# names its kind. The service publishes no list, so only clear words are here; the first
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
    "quota": RateLimitError,
    "insufficient_balance": RateLimitError,
    "invalid": BadRequestError,
    "internal": ServerError,
    "server_error": ServerError,
}

RATE_LIMITS = frozenset({"4", "13", "15", "17", "18", "336501"})
"""Numbers that stand for limits in the vendor's other services: see VendorError in openapi.yaml."""

USED_UP = frozenset({"17", "QUOTA_USER_DAILY_REQUEST", "BILLING_INSUFFICIENT_BALANCE"})
"""Codes of limits that another attempt within seconds cannot get past."""

NOT_FOUND_TEXTS = ("not found", "not exist", "no such", "不存在", "未找到")

# The names of the code and the text of an error beside each other, not within an `error`.
_FLAT = (("code", ("message", "msg")), ("error_code", ("error_msg",)))
_CODES = ("code", "error_code")
_MESSAGES = ("message", "msg", "error_msg")
_REQUEST_IDS = ("requestId", "request_id", "log_id")
_SAID = {"code", "message", "msg", "type", "param", "params"}
_SUCCESSES = (0, 200, "", "0", "200")


class ErrorDetail(NamedTuple):
    """The fields of an error object; None where it has none."""

    code: str | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None
    request_id: str | None = None


def is_error(body: object) -> bool:
    """Whether a 2xx body is an error object."""
    return _is_of_no_kind(body) and (has_envelope(body) or _is_flat(body))


def has_envelope(body: object) -> bool:
    """Whether a 2xx body has the field `error` that the API's own errors have."""
    if not _is_of_no_kind(body):
        return False
    error = body.get("error")
    return isinstance(error, dict) or (isinstance(error, str) and error != "")


def is_only_error(body: object) -> bool:
    """Whether a body is an error object that has nothing else in it: a file may be JSON as well."""
    if not isinstance(body, dict):
        return False
    fields = {name for name, value in body.items() if value} - {*_REQUEST_IDS}
    if fields == {"error"}:
        error = body["error"]
        return (
            isinstance(error, dict)
            and "code" in error
            and not {"message", "msg"}.isdisjoint(error)
            and set(error) <= _SAID
        )
    return _is_flat(body) and fields <= {*_SAID, *_CODES, *_MESSAGES}


def error_detail(body: object, redactor: Secret) -> ErrorDetail:
    """Read an error object out of any JSON, without what is to be hidden. Never raises."""
    if not isinstance(body, dict):
        return ErrorDetail()
    error = body.get("error", body)
    if error is None and _is_flat(body):
        error = body
    request_id = _first(body, _REQUEST_IDS, redactor)
    if not isinstance(error, dict):
        code = _first(body, _CODES, redactor)
        return ErrorDetail(code, shown_text(error, redactor), request_id=request_id)
    param = error.get("param")
    return ErrorDetail(
        code=_first(error, _CODES, redactor),
        message=_first(error, _MESSAGES, redactor),
        type=shown_text(error.get("type"), redactor),
        param=shown_text(error.get("params") if param is None else param, redactor),
        request_id=request_id or _first(error, _REQUEST_IDS, redactor),
    )


def error_class(status: int, detail: ErrorDetail) -> type[ApiStatusError]:
    """The class for an error under this status; under 2xx, the one that the error itself names."""
    if 200 <= status < 300:
        return _named_class(detail)
    return BY_STATUS.get(status, ServerError if 500 <= status < 600 else ApiStatusError)


def _named_class(detail: ErrorDetail) -> type[ApiStatusError]:
    """The class that the error's own code or type names, else the general one."""
    code = detail.code or ""
    if re.fullmatch("[45][0-9][0-9]", code):
        return error_class(int(code), detail)
    said = f"{code} {detail.type}".lower()
    for word, cls in BY_WORD.items():
        if word in said:
            return cls
    if code in RATE_LIMITS:
        return RateLimitError
    text = (detail.message or "").lower()
    if not code and not detail.type and any(word in text for word in NOT_FOUND_TEXTS):
        return NotFoundError  # an error that is a text and nothing else
    return ApiStatusError


def _is_of_no_kind(body: object) -> TypeGuard[dict[str, Any]]:
    """Whether a body is neither an object of the API, which names its kind, nor an event.

    A field `error` or `code` that is new to one of them makes no error of it.
    """
    return isinstance(body, dict) and "object" not in body and "send_id" not in body


def _is_flat(body: Mapping[str, Any]) -> bool:
    """Whether an error's code and text stand in the body itself."""
    return any(
        isinstance(body.get(code), (int, str))
        and not isinstance(body[code], bool)
        and body[code] not in _SUCCESSES
        and any(text in body for text in texts)
        for code, texts in _FLAT
    )


def _first(body: Mapping[str, Any], names: tuple[str, ...], redactor: Secret) -> str | None:
    """The first of these fields that says something, as a text."""
    texts = (shown_text(body.get(name), redactor) for name in names)
    return next((text for text in texts if text is not None), None)


def shown_text(value: object, redactor: Secret) -> str | None:
    """Any JSON value as a text that can be shown; None and "" say nothing."""
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = redactor.redact(text, LONGEST_TEXT)
    if len(text) > LONGEST_TEXT:
        shown += "…"
    # JSON can hold half a surrogate pair, which could not be printed.
    return shown.encode("utf-8", "replace").decode("utf-8")
