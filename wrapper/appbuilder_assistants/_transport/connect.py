"""How a connection is made: which certificates are trusted, and which proxy is between, if any."""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeAlias
from urllib.request import getproxies

import httpx

from appbuilder_assistants._settings.addresses import host_of, ip_of, is_loopback

Verify: TypeAlias = "bool | str | os.PathLike[str] | ssl.SSLContext"


def trusted(verify: Verify) -> bool | ssl.SSLContext:
    """What httpx takes: paths, and True, become a context.

    True trusts what SSL_CERT_FILE or SSL_CERT_DIR names, for every gateway; else what httpx trusts.
    """
    if verify is True:
        return _default_context()
    if isinstance(verify, (bool, ssl.SSLContext)):
        return verify
    expected = "verify: expected True, False, an ssl.SSLContext or the path of CA certificates"
    if not isinstance(verify, (str, os.PathLike)):
        raise TypeError(f"{expected}, got {type(verify).__name__}")
    path = Path(verify)
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, f"{expected}; there is no such file", str(path))
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except (OSError, ValueError) as error:
        raise ValueError(f"{expected}; {str(path)!r} has none in PEM form ({error})") from error


def _default_context() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except (OSError, ValueError) as error:
        name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        raise ValueError(
            f"{name}: expected the path of CA certificates in PEM form, got "
            f"{os.environ.get(name)!r} ({error}); correct or unset it, or pass verify="
        ) from error


def is_direct(base_url: str) -> bool:
    """Whether no proxy is between: for this machine, and in a network that NO_PROXY names."""
    if is_loopback(base_url):
        return True
    address = ip_of(host_of(base_url))
    return address is not None and any(
        address in network for name in _excepted() if (network := _network(name)) is not None
    )


def proxies() -> dict[str, str | None]:
    """The proxies of the environment as httpx mounts them: by pattern, None for no proxy.

    What cannot be read in NO_PROXY is passed over, as curl does.
    """
    found = getproxies()
    mounts: dict[str, str | None] = {
        f"{scheme}://": proxy if "://" in proxy else f"http://{proxy}"
        for scheme in ("http", "https", "all")
        if (proxy := found.get(scheme))
    }
    excepted = _excepted()
    if "*" in excepted:
        return {}
    for name in excepted if mounts else ():
        pattern = _pattern(name)
        if _is_url(pattern):
            mounts[pattern] = None
    return mounts


@contextmanager
def usable_proxy() -> Iterator[None]:
    """Turn what httpx says of a proxy it cannot use into an error that says where it comes from."""
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise ValueError(
            "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used "
            f"({type(error).__name__}); correct or unset the variable, or pass "
            "http_client= with a proxy of your own"
        ) from error


def _excepted() -> list[str]:
    names = getproxies().get("no", "").split(",")
    return [name.strip() for name in names if name.strip()]


def _pattern(name: str) -> str:
    """The pattern of httpx that stands for an entry of NO_PROXY; a name takes in its subdomains."""
    if "://" in name:
        return name
    address = ip_of(name)
    if address is not None:
        return f"all://{address}" if address.version == 4 else f"all://[{address}]"
    return f"all://{name}" if name.startswith("[") else f"all://*{name}"


def _network(name: str) -> IPv4Network | IPv6Network | None:
    """The network that an entry of NO_PROXY is, such as `10.0.0.0/8` or `fd00::/8`."""
    try:
        return ip_network(name, strict=False) if "/" in name else None
    except ValueError:
        return None


def _is_url(pattern: str) -> bool:
    try:
        return bool(httpx.URL(pattern).host)
    except (httpx.InvalidURL, ValueError):
        return False
