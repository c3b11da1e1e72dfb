"""What a client was told, and what the environment adds."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, TypeAlias
from urllib.parse import SplitResult, urlsplit

from ._core.retry import RetryPolicy

DEFAULT_GATEWAY = "https://appbuilder.baidu.com"
DEFAULT_PREFIX = "Bearer"
DEFAULT_RETRY = RetryPolicy()


class TimeoutLike(Protocol):
    """Four limits in seconds, None for no limit: an `httpx.Timeout` is one."""

    @property
    def connect(self) -> float | None: ...
    @property
    def read(self) -> float | None: ...
    @property
    def write(self) -> float | None: ...
    @property
    def pool(self) -> float | None: ...


class Keep(Enum):
    """Stands for an option that `with_options` was not given."""

    KEEP = "as it is"


KEEP = Keep.KEEP

Timeout: TypeAlias = "float | TimeoutLike | None"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a request needs besides itself. Never shows the token."""

    base_url: str
    authorization: str = field(repr=False)
    timeout: Timeout = None
    retry: RetryPolicy = DEFAULT_RETRY

    def __post_init__(self) -> None:
        seconds = self.timeout
        if isinstance(seconds, (int, float)):
            if isinstance(seconds, bool) or not 0 < seconds < math.inf:
                raise ValueError(f"timeout: expected seconds above 0, got {seconds!r}")
        elif seconds is not None and not hasattr(seconds, "connect"):
            raise TypeError(
                f"timeout: expected seconds, an httpx.Timeout or None, got {type(seconds).__name__}"
            )
        if not isinstance(self.retry, RetryPolicy):
            raise TypeError(
                f"retry: expected a RetryPolicy (RetryPolicy(attempts=1) never retries), "
                f"got {type(self.retry).__name__}"
            )


def settings_from(
    token: str | None = None,
    gateway_url: str | None = None,
    *,
    timeout: Timeout = None,
    retry: RetryPolicy = DEFAULT_RETRY,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Explicit arguments, else the environment, else the defaults.

    The only place that reads the environment: APPBUILDER_TOKEN, GATEWAY_URL and
    SECRET_KEY_PREFIX, each counting as unset when empty (an empty SECRET_KEY_PREFIX adds none).
    Raises ValueError for a missing or unusable token or gateway.
    """
    env = os.environ if environ is None else environ
    if token is None:
        token, source = env.get("APPBUILDER_TOKEN", ""), "APPBUILDER_TOKEN"
    else:
        source = "token"
    if gateway_url is None:
        gateway_url = env.get("GATEWAY_URL") or DEFAULT_GATEWAY
    prefix = env.get("SECRET_KEY_PREFIX", DEFAULT_PREFIX)
    return Settings(
        base_url=_base_url(gateway_url),
        authorization=_authorization(token, prefix, source),
        timeout=timeout,
        retry=retry,
    )


def _authorization(token: str, prefix: str, source: str) -> str:
    if not isinstance(token, str):
        raise TypeError(f"{source}: expected text, got {type(token).__name__}")
    if not token.strip():
        raise ValueError(
            "no token: set one with `export APPBUILDER_TOKEN=...` "
            "or pass AppBuilder(token=...) (AsyncAppBuilder likewise)"
        )
    value = token if token.startswith(prefix) else f"{prefix} {token}"
    if token != token.strip() or not all(" " <= char <= "~" for char in value):
        # Says where to look without showing any of it.
        raise ValueError(
            f"{source}: a token is printable ASCII without a space or line break at either end "
            f"(this one has {len(token)} characters); was it copied with something around it?"
        )
    return value


def _base_url(gateway: str) -> str:
    if not isinstance(gateway, str):
        raise TypeError(f"gateway_url: expected text, got {type(gateway).__name__}")
    url = gateway.strip()
    if "://" not in url:
        url = f"https://{url}"
    expected = f"gateway_url: expected an http or https URL such as {DEFAULT_GATEWAY}"
    parts = _split(url)
    if parts is None or any(char <= " " or char == "\x7f" for char in url):
        raise ValueError(f"{expected}, got {gateway!r}")
    if parts.username is not None or parts.query or parts.fragment:
        # Not shown: there may be a password in it.
        raise ValueError(f"{expected}, got one with a user name, a query or a fragment")
    return url.rstrip("/")


def _split(url: str) -> SplitResult | None:
    """The parts of an http URL with a host; None for anything else."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
