"""Which addresses are this machine's own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine, which no proxy can reach.

    `0.0.0.0` counts as well: as a gateway it means a server that was just started here.
    """
    host = host_of(url)
    if host.removesuffix(".") == "localhost" or host.startswith("127."):  # `127.1`, too
        return True
    address = ip_of(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and (address.is_loopback or address.is_unspecified)


def host_of(url: str) -> str:
    """In lower case and without brackets; "" where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def ip_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is; None if it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
