"""The servers that this transport reaches by itself, and the connections to each that are idle."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLAIN = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?=/|$)")
_PATH = re.compile(r"[A-Za-z0-9._~/-]*")


class Origin(NamedTuple):
    """Where a connection leads. `url` is the origin's part of the URLs of requests."""

    url: str
    is_tls: bool
    host: str
    port: int
    netloc: str


def origin_of(gateway_url: str) -> Origin | None:
    """The origin of a gateway; None for a URL that needs more care than this: httpx has it."""
    match = _PLAIN.match(gateway_url)
    if match is None or not _PATH.fullmatch(gateway_url, match.end()):
        return None
    scheme, host, digits = match.groups()
    is_tls = scheme == "https"
    default = 443 if is_tls else 80
    port = int(digits or default)
    if not 0 < port < 65536 or host.startswith(("-", ".")) or ".." in host or len(host) > 253:
        return None
    netloc = host.lower() if port == default else f"{host.lower()}:{port}"
    return Origin(match[0], is_tls, host.strip("[]").lower(), port, netloc)
