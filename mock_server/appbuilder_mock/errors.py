"""Errors of the API, and their one form."""

from __future__ import annotations

from collections.abc import Mapping

FAMILIES = {401: "authentication_error", 429: "rate_limit_error"}


class MockApiError(Exception):
    """An error to answer instead of the object asked for.

    `param` is the path of the field at fault, such as `thread.messages[0].role`. Without a `type`,
    it has the one that goes with the status.
    """

    def __init__(
        self,
        status: int,
        code: str | int,
        message: str,
        *,
        param: str | None = None,
        type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        family = "server_error" if status >= 500 else "invalid_request_error"
        self.type = type if type is not None else FAMILIES.get(status, family)
        self.headers = dict(headers or {})

    def envelope(self, *, param_name: str = "param") -> dict[str, object]:
        """The error as its body; the real service spells the field `param` or `params`."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "type": self.type,
                param_name: self.param,
            }
        }


def invalid(message: str, *, param: str | None = None) -> MockApiError:
    """The error of a request that breaks a rule."""
    return MockApiError(400, "invalid_parameter", message, param=param)


def not_found(kind: str, id_: str, *, within: str = "", param: str | None = None) -> MockApiError:
    """The error of an id that no object has, or no object in that place."""
    where = f" in {within}" if within else ""
    shown = id_ if len(id_) <= 200 else id_[:200] + "…"
    return MockApiError(
        404, f"{kind}_not_found", f"no {kind} {shown!r}{where}", param=param or f"{kind}_id"
    )
