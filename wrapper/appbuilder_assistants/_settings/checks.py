"""Refuse options that make no sense, before anything is sent."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping
from enum import Enum
from typing import Any

from appbuilder_assistants._core.limits import MAX_SECONDS, number_text

_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"

# A request's own headers, and those with the token: `default_headers` cannot change them.
OUR_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "x-appbuilder-request-id",
        "x-bce-request-id",
    }
)


class Keep(Enum):
    """The value of an option that `with_options` was not given."""

    KEEP = "as it is"


KEEP = Keep.KEEP


def check_seconds(name: str, seconds: object) -> None:
    if seconds is None:
        return
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        raise TypeError(f"{name}: expected seconds or None, got {type(seconds).__name__}")
    if not 0 < seconds <= MAX_SECONDS:
        raise ValueError(
            f"{name}: expected seconds above 0 and up to 1e9, got {number_text(seconds)}"
        )


def check_timeout(timeout: object) -> None:
    """Seconds for every wait, or an object with seconds for each kind, where 0 is no wait."""
    if timeout is None or isinstance(timeout, (int, float)):
        check_seconds("timeout", timeout)
        return
    for kind in ("pool", "connect", "write", "read"):
        if not hasattr(timeout, kind):
            raise TypeError(
                f"timeout: expected seconds, an httpx.Timeout or None, got {type(timeout).__name__}"
            )
        seconds = getattr(timeout, kind)
        if seconds != 0:
            check_seconds(f"timeout.{kind}", seconds)


def check_rate(rate: object) -> float:
    if not isinstance(rate, (int, float)) or isinstance(rate, bool):
        raise TypeError(f"rate_limit: expected calls a second or None, got {type(rate).__name__}")
    if not 0 < rate <= sys.float_info.max and rate != math.inf:
        raise ValueError(
            "rate_limit: expected calls a second, above 0 (math.inf for no limit), "
            f"got {number_text(rate)}"
        )
    return float(rate)


def check_one(name: str, added: object, replacing: object) -> None:
    if added is not KEEP and replacing is not KEEP:
        raise ValueError(f"{name} adds to what there is, set_{name} replaces it: pass one of them")


def check_headers(headers: Mapping[str, str]) -> None:
    if not isinstance(headers, Mapping):
        raise TypeError(f"default_headers: expected a mapping, got {type(headers).__name__}")
    for name, value in headers.items():
        if not all(isinstance(text, str) for text in (name, value)):
            raise TypeError(f"default_headers: expected names and values of text, at {name!r}")
        if name.lower() in OUR_HEADERS:
            todo = ": use token=" if name.lower() == "authorization" else ""
            raise ValueError(f"default_headers: {name} is the client's to set{todo}")
        if not re.fullmatch(_HEADER_NAME, name):
            raise ValueError(f"default_headers: {name!r} is no name of a header")
        if not value.isprintable() or not value.isascii():
            # The value is not shown: it may be a secret.
            raise ValueError(f"default_headers: the value of {name} is not printable ASCII")


def check_extra_body(fields: Mapping[str, Any]) -> None:
    if not isinstance(fields, Mapping):
        raise TypeError(f"extra_body: expected a mapping, got {type(fields).__name__}")
    try:
        json.dumps(dict(fields), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise type(error)(f"extra_body: cannot be written as JSON: {error}") from None


def check_hook(hook: object) -> None:
    call = getattr(hook, "__call__", None)  # noqa: B004 - the method itself is looked at
    if call is None:
        raise TypeError(f"event_hooks: expected functions, got {type(hook).__name__}")
    import inspect

    if inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(call):
        raise TypeError("event_hooks: a hook is a plain `def`, for both clients; got an async one")
