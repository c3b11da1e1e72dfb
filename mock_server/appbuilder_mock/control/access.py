"""Access to the control and the pages: for tests and people at this machine, not web sites.

The control takes no token from this machine, so that a test or a browser can use it at once. That
must not let a page that happens to be open in the user's browser use it:

- The `Host` must be an address, a name without a dot (`localhost`, a container's name) or one in a
  domain that cannot be registered. A public name that was made to point here (DNS rebinding) is
  refused.
- A browser's `Origin` and `Sec-Fetch-Site`, where there are any, must say that the request comes
  from our own page.

From another machine the token is needed as well: `Authorization: Bearer <token>`, or HTTP Basic
with the token as password, which is what a browser asks for.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.requests import Request

from appbuilder_mock.authorization import has_token
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.state import state_of

NAME = re.compile(r"[a-z0-9._-]+")
PRIVATE_DOMAINS = (".localhost", ".local", ".internal")


def check_control(request: Request) -> None:
    """Raises MockApiError: 403 for a request of another site's, 401 without the token."""
    check_host(request)
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    if (origin and urlsplit(origin).netloc != request.headers.get("host")) or site not in (
        "none",
        "same-origin",
    ):
        raise MockApiError(
            403,
            "foreign_origin",
            f"expected a request from a test or from this server's own page, got one from "
            f"{origin or 'another site'}; web pages of other origins may not control this server",
        )
    token = state_of(request).token
    if not _is_loopback(request) and not has_token(request, token, basic=True):
        raise MockApiError(
            401,
            "invalid_token",
            "expected the token, as `Authorization: Bearer <token>` or as the password of HTTP "
            "Basic: the control needs it when it is called from another machine",
            headers={"WWW-Authenticate": 'Basic realm="appbuilder_mock", charset="UTF-8"'},
        )


def check_host(request: Request) -> None:
    """Raises MockApiError: 403 for a name that may belong to another site."""
    host = request.headers.get("host", "")
    if not _is_ours(host):
        raise MockApiError(
            403,
            "foreign_host",
            f"expected an address, localhost or a name without a dot as Host, got {host[:200]!r}; "
            "call this server by its address",
        )


def _is_ours(host: str) -> bool:
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if _is_address(name):
        return True
    return bool(NAME.fullmatch(name)) and ("." not in name or name.endswith(PRIVATE_DOMAINS))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(request: Request) -> bool:
    peer = request.client.host if request.client else ""
    return _is_address(peer) and ipaddress.ip_address(peer).is_loopback
