"""A response as it came, beside the object that was read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from appbuilder_assistants._core.calls import REQUEST_ID

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class RawResponse(Generic[T_co]):
    """The result of a call by `with_raw_response`: status, headers, body and parsed object.

    `headers` ignores the case of names. `content` is the body in bytes.
    """

    status_code: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    parsed: T_co

    def parse(self) -> T_co:
        """The parsed object, under the name that users of other clients look for."""
        return self.parsed

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def request_id(self) -> str | None:
        """The id that the service's support asks for."""
        return self.headers.get(REQUEST_ID)
