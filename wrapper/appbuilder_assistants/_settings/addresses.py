"""The gateway's address, and which addresses are this machine's own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_GATEWAY = "https://appbuilder.baidu.com"


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


def base_url(gateway: str, source: str) -> str:
    if not isinstance(gateway, str):
        raise TypeError(f"{source}: expected text, got {type(gateway).__name__}")
    url = gateway.strip()
    if not url:
        todo = "unset it" if source == "GATEWAY_URL" else "leave it out"
        raise ValueError(
            f"{source}: expected an http or https URL, and it is empty; {todo} for the live "
            f"service ({DEFAULT_GATEWAY}), or name another gateway, such as http://127.0.0.1:8080"
        )
    if "://" not in url:
        url = f"http://{url}" if is_loopback(f"//{url}") else f"https://{url}"
    parts = _split(url)
    usable = parts is not None and parts.username is None and "?" not in url and "#" not in url
    if usable and all(char > " " and char != "\x7f" for char in url):
        return url.rstrip("/")
    # An address that may hold a password is not shown.
    hidden = any(char in url for char in "@?#")
    got = "one with a user name, a query or a fragment" if hidden else repr(gateway)
    raise ValueError(
        f"{source}: expected an http or https URL such as {DEFAULT_GATEWAY}, got {got}"
    )


def _split(url: str) -> SplitResult | None:
    """The parts of an http URL with a host; None for anything else."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        usable = usable and not parts.netloc.endswith(":")  # of `http:/host`, or forgotten
    except ValueError:
        return None
    return parts if usable else None
