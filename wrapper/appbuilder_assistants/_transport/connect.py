"""Settings of connections: the trusted certificates, and the proxy, if there is one."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import SplitResult, urlsplit

from appbuilder_assistants._settings.addresses import ip_of, is_loopback

if TYPE_CHECKING:
    import ssl

Verify: TypeAlias = "bool | str | os.PathLike[str] | ssl.SSLContext"


def trusted(verify: Verify) -> bool | ssl.SSLContext:
    """The value of `verify` for httpx: paths, and True, become a context.

    True trusts the certificates of SSL_CERT_FILE or SSL_CERT_DIR, for every gateway; else httpx's.
    """
    import ssl
    from pathlib import Path

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
    import ssl

    import certifi

    cafile, capath = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        if cafile or not capath:
            return ssl.create_default_context(cafile=cafile or certifi.where())
        return ssl.create_default_context(capath=capath)
    except (OSError, ValueError) as error:
        name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        raise ValueError(
            f"{name}: expected the path of CA certificates in PEM form, got "
            f"{os.environ.get(name)!r} ({error}); correct or unset it, or pass verify="
        ) from error


def proxies_of_environment() -> dict[str, str]:
    """As `urllib.request.getproxies`, which is not imported where there can be none."""
    has_settings = sys.platform in ("darwin", "win32")  # of the system, beside the environment
    if not has_settings and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies

    return getproxies()


def context_of(verify: Verify) -> ssl.SSLContext:
    """The context that httpx would make. Raises as `trusted`."""
    import ssl

    context = trusted(verify)
    if not isinstance(context, ssl.SSLContext):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def proxy_for(url: str, proxies: Mapping[str, str] | None = None) -> str | None:
    """The proxy of the environment for a URL; None where a server is reached directly.

    This machine is, and so are the entries of NO_PROXY: hosts with their subdomains, addresses, and
    networks such as `10.0.0.0/8`. Unreadable entries are skipped, as in curl.
    """
    found = proxies_of_environment() if proxies is None else proxies
    parts = urlsplit(url)
    proxy = found.get(parts.scheme) or found.get("all")
    if not proxy or is_loopback(url):
        return None
    names = (name.strip() for name in found.get("no", "").split(","))
    if any(_excepts(name, parts) for name in names if name):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _excepts(name: str, url: SplitResult) -> bool:
    """Whether an entry of NO_PROXY takes in the host of the URL."""
    if name == "*":
        return True
    host = url.hostname or ""
    try:
        if "/" in name and "://" not in name:
            address = ip_of(host)
            return address is not None and address in ip_network(name, strict=False)
        address = ip_of(name)
        if address is not None:
            return address == ip_of(host)
        entry = urlsplit(name if "://" in name else f"//{name}")
        port = url.port or {"http": 80, "https": 443}.get(url.scheme)
        if entry.scheme not in ("", "all", url.scheme) or entry.port not in (None, port):
            return False
        domain = entry.hostname or ""
    except ValueError:
        return False
    return bool(domain) and (host == domain or host.endswith(f".{domain.lstrip('.*')}"))
