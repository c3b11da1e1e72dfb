"""What is a file and what is an error, and what a file that was read is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .calls import JSON, FileCall, Reply
from .decode import loads_or_none, status_error

PEEK = 64 * 1024
"""Bytes: an answer that is longer is no error object."""

_SAID = {"code", "message", "type", "param", "params"}


@dataclass(frozen=True, slots=True)
class FileContent:
    """The bytes of a file and their media type, as the service names it ("" if it does not)."""

    content: bytes = field(repr=False)
    content_type: str = ""


def is_success(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer may be a file."""
    return 200 <= status < 300


def begun(call: FileCall, reply: Reply) -> Reply:
    """An answer that is a file; raises ApiStatusError for one that is an error object.

    The service also refuses under HTTP 200. A file may be JSON as well, so only a JSON body that
    holds an `error` with a `code` and a `message`, and nothing else, is taken for a refusal.
    """
    if reply.live is None and _is_json(reply.headers.get("content-type", "")):
        body = loads_or_none(reply.body)
        if _is_envelope(body):
            raise status_error(call, reply, body)
    return reply


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("", JSON) or kind.endswith("+json")


def _is_envelope(body: object) -> bool:
    if not isinstance(body, dict) or set(body) != {"error"}:
        return False
    error = body["error"]
    return isinstance(error, dict) and {"code", "message"} <= set(error) <= _SAID
