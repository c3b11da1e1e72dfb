"""A guard against calls of the live service by tests, for the pytest plugin."""

from __future__ import annotations

import errno
import functools
import ipaddress
import os
import ssl
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

DEFAULT_GATEWAY = "appbuilder.baidu.com"
MARK = "appbuilder_live"
SETTING = "appbuilder_refuse_live"
HANDSHAKES = ("wrap_socket", "wrap_bio")


class LiveGatewayRefusedError(ConnectionRefusedError):
    """A test without the mark called a gateway that is not this machine.

    An OSError, as for any connection that cannot be made: clients close what they have opened.
    """


class LiveGuard:
    """Refuses connections to gateways while it is on and `allowed` is False.

    Gateways are the service's own host, that of GATEWAY_URL, and those that clients of this
    distribution are made for: they raise an auditing event. Python raises others for the lookup of
    a name and for a connection. Behind a proxy only the TLS handshake names the gateway. Auditing
    hooks cannot be removed: `close` turns it off.
    """

    def __init__(self) -> None:
        self.allowed = False
        self.was_allowed = False
        self._gateways = {DEFAULT_GATEWAY}
        self._originals = {name: getattr(ssl.SSLContext, name) for name in HANDSHAKES}
        self._is_on = True
        for name, original in self._originals.items():
            setattr(ssl.SSLContext, name, self._guarded(original))
        sys.addaudithook(self._audit)

    def close(self) -> None:
        self._is_on = False
        for name, original in self._originals.items():
            setattr(ssl.SSLContext, name, original)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        # Called for events of all kinds, and while the interpreter ends: no global names.
        if event not in ("socket.getaddrinfo", "socket.connect", "appbuilder_assistants.gateway"):
            return
        if event == "socket.getaddrinfo":
            self._check(arguments[0])
        elif event == "socket.connect":
            self._check(arguments[1][0] if type(arguments[1]) is tuple else None)
        else:
            self._gateways.add(host_of(arguments[0]))

    def _check(self, host: object) -> None:
        if not self._is_on or self.allowed:
            return
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if not isinstance(name, str):
            return
        name = name.lower().removesuffix(".")
        named = host_of(os.environ.get("GATEWAY_URL", ""))
        if (name in self._gateways or name == named) and not is_this_machine(name):
            # Clients such as aiohttp show only the text of an error with a number.
            raise LiveGatewayRefusedError(
                errno.ECONNREFUSED,
                f"{name} is not this machine, and a call of it may cost money. Use the fixture "
                f"appbuilder_mock; or allow it: mark the test with @pytest.mark.{MARK}, or write "
                f"`{SETTING} = false` into pytest's configuration for all tests",
            )

    def _guarded(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def guarded(context: ssl.SSLContext, *arguments: Any, **options: Any) -> Any:
            self._check(options.get("server_hostname"))
            return original(context, *arguments, **options)

        return guarded


def host_of(gateway: str) -> str:
    """The host of a gateway's URL, which may be without a scheme; "" where there is none."""
    try:
        host = urlsplit(gateway if "//" in gateway else f"//{gateway}").hostname
    except ValueError:
        return ""
    return (host or "").removesuffix(".")


def is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.startswith("127.")  # `127.1`, too
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified
