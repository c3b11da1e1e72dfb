"""Distinguish a file from an error object, whatever the status and the content type say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from appbuilder_assistants._core.calls import Reply
from appbuilder_assistants._core.requests import JSON, FileCall

from .decode import response_error, status_error, strips_context, unknown_id_error
from .error_forms import has_envelope, is_only_error
from .json_reader import loads_or_none


class Dated(Protocol):
    """A file's record."""

    @property
    def create_at(self) -> int: ...


def created_at(file: Dated) -> float:
    """When a file was made, in seconds; 0 where the service says nothing that is a time."""
    created: object = file.create_at
    return created if isinstance(created, (int, float)) else 0


def may_be_file(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a reply may be a file."""
    return 200 <= status < 300


def is_named_file(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a reply is a file with its name."""
    return may_be_file(status, headers) and "content-disposition" in headers


@strips_context
def expect_file(call: FileCall, reply: Reply) -> Reply:
    """The reply, if it is a file; raises ApiStatusError for an error object, which is none.

    The service also refuses under HTTP 200. A reply that names its file is taken for a refusal
    only when it is JSON of just the shape of one: a file may be JSON as well, and raising is
    better than saving a refusal as the file. One without a name is a refusal as soon as it has an
    `error`, or just the shape of an error in another form, whatever its content type; and where
    replies always name their file it raises ResponseError if it is none. Null without a name says
    that there is no such file.
    """
    if reply.live is not None:
        return reply
    body = loads_or_none(reply.body)
    named = is_named_file(reply.status, reply.headers)
    content_type = reply.headers.get("content-type", "")
    if named:
        refused = _is_json(content_type) and is_only_error(body)
    else:
        refused = has_envelope(body) or is_only_error(body)
    if refused:
        raise status_error(call, reply, body)
    if not named and reply.body.strip() == b"null" and _is_json(content_type):
        raise unknown_id_error(call, reply)
    if call.named and not named:
        raise response_error(
            call, reply, "expected a file, named in Content-Disposition; got no such header"
        )
    return reply


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("", JSON) or kind.endswith("+json")
