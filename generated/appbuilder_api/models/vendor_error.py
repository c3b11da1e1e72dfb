# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class VendorError(Model):
    """An error in the form of the vendor's other services. None was seen from this API; a gateway
    in
    front of it may send one for any operation, under an error status or under status 200.

    | code | limit | retry |
    |---|---|---|
    | `4` | requests of all users | may succeed |
    | `13` | requests of a user in a second | may succeed |
    | `15` | requests at once | may succeed |
    | `17`, `QUOTA_USER_DAILY_REQUEST` | requests of a day | not today |
    | `18`, `RATE_LIMIT_TOTAL_QPS` | requests in a second | may succeed |
    | `336501` | requests in a minute; `X-Ratelimit-*` headers have details | may succeed |
    | `BILLING_INSUFFICIENT_BALANCE` | the account's balance | not before it is paid |

    The numbers 4 to 18 are documented for a component of AppBuilder, 336501 for the service of
    models, the words (under status 429) for the search; `requestId` is in the general form.
    """

    code: str | int
    """A word or a number for the kind of error."""

    message: str | None = None
    """The error in words."""

    msg: str | None = None
    """The error in words, in the other spelling."""

    requestId: str | None = None
    """The id to quote to the vendor's support."""

    _fields: ClassVar[Fields] = (
        ("code", "code", ..., None),
        ("message", "message", None, None),
        ("msg", "msg", None, None),
        ("requestId", "requestId", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VendorError:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.code = data["code"]
        self.message = get("message")
        self.msg = get("msg")
        self.requestId = get("requestId")
        return self
