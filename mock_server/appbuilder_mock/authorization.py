"""The token of a request: which headers count, and the error of a wrong one."""

from __future__ import annotations

import base64
import binascii
import hmac

from starlette.requests import Request

from appbuilder_mock.errors import MockApiError, invalid


def has_token(request: Request, token: str, *, basic: bool = False) -> bool:
    """Whether the one `Authorization` header carries the token, as Bearer.

    `basic` accepts it as the password of HTTP Basic, too. The official client repeats the header
    as X-Appbuilder-Authorization, which does not count.
    """
    headers = [value for name, value in request.scope["headers"] if name == b"authorization"]
    scheme, _, given = b"".join(headers).decode("latin-1").partition(" ")
    if basic and scheme.lower() == "basic":
        try:
            given = base64.b64decode(given).decode("latin-1").partition(":")[2]
        except binascii.Error:
            return False
    elif scheme.lower() != "bearer":
        return False
    right = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return right and len(headers) == 1


def check_token(request: Request, token: str) -> None:
    """Raises MockApiError that describes the header that came instead of the token."""
    _refuse_repeated(request)
    if not has_token(request, token):
        header = request.headers.get("authorization", "")
        scheme, _, given = header.partition(" ")
        if scheme.lower() == "bearer":
            got = "another token" if given else "no token"
        else:
            got = "another scheme" if header else "no such header"
        raise MockApiError(
            401,
            "invalid_token",
            "expected the header `Authorization: Bearer <token>` with the token this server was "
            f"started with, got {got}",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _refuse_repeated(request: Request) -> None:
    """Raises MockApiError for two different values, as either might be the one that counts."""
    names = [name for name, _ in request.scope["headers"]]
    for name in ("Authorization", "Content-Type"):
        if (count := names.count(name.lower().encode())) > 1:
            raise invalid(f"expected one header {name}, got {count}", param=name)
