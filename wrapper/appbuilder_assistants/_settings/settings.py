"""The options of a client, from its arguments and the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

from appbuilder_assistants._core.redaction import Secret
from appbuilder_assistants._core.retry import RetryPolicy

from .addresses import DEFAULT_GATEWAY, base_url
from .checks import (
    KEEP,
    Keep,
    check_extra_body,
    check_headers,
    check_hook,
    check_one,
    check_rate,
    check_seconds,
    check_timeout,
)
from .shared_limiter import SharedLimiter

if TYPE_CHECKING:
    from appbuilder_assistants.hooks import EventHook

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


Timeout: TypeAlias = "float | TimeoutLike | None"
OnDeadline: TypeAlias = Literal["raise", "cancel"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that every request needs. Never shows the token."""

    base_url: str
    authorization: Secret
    timeout: Timeout = None
    retry: RetryPolicy = DEFAULT_RETRY
    deadline: float | None = None
    on_deadline: OnDeadline = "raise"
    default_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    event_hooks: tuple[EventHook, ...] = ()
    limiter: SharedLimiter = field(default_factory=SharedLimiter, repr=False, compare=False)
    gateway_from: str = ""
    """The source of the gateway: GATEWAY_URL, the argument gateway_url, or nothing."""
    prepared: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The parts of requests that are the same for all those of an operation."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        if not isinstance(self.retry, RetryPolicy):
            raise TypeError(
                f"retry: expected a RetryPolicy (RetryPolicy(attempts=1) never retries), "
                f"got {type(self.retry).__name__}"
            )
        check_seconds("deadline", self.deadline)
        if self.on_deadline not in ("raise", "cancel"):
            raise ValueError(f'on_deadline: expected "raise" or "cancel", got {self.on_deadline!r}')
        check_headers(self.default_headers)
        check_extra_body(self.extra_body)
        for hook in self.event_hooks:
            check_hook(hook)
        sys.audit("appbuilder_assistants.gateway", self.base_url)  # for guards of tests

    @property
    def cancels_overdue_runs(self) -> bool:
        """Whether a run is cancelled when the deadline of its call passes."""
        return self.deadline is not None and self.on_deadline == "cancel"

    @property
    def redactor(self) -> Secret:
        """Takes the token out of texts."""
        return self.authorization


def settings_from(
    token: Secret | None = None,
    gateway_url: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    event_hooks: Iterable[EventHook] = (),
    default_headers: Mapping[str, str] | None = None,
    extra_body: Mapping[str, Any] | None = None,
    rate_limit: float | None = None,
    **options: Any,
) -> Settings:
    """Explicit arguments, else the environment, else the defaults.

    The only place that reads the environment: APPBUILDER_TOKEN, GATEWAY_URL, SECRET_KEY_PREFIX,
    APPBUILDER_QPS and APPBUILDER_LOG (which turns the log on). An empty token, rate or log counts
    as unset, an empty SECRET_KEY_PREFIX adds none, and an empty GATEWAY_URL is an error: a script
    with an unset variable would send its token to the live service. Raises ValueError
    for a missing or unusable token or gateway, or an option that makes no sense.
    """
    env = _environment(os.environ if environ is None else environ)
    if env.log:
        from appbuilder_assistants._log import turn_on

        turn_on(env.log)
    source = "APPBUILDER_TOKEN" if token is None else "token"
    token = env.token if token is None else token
    gateway_from = "GATEWAY_URL" if gateway_url is None else "gateway_url"
    if gateway_url is None:
        gateway_url = env.gateway_url
    if gateway_url is None:
        gateway_url, gateway_from = DEFAULT_GATEWAY, ""
    prefix = env.prefix
    problem = _token_problem(token, prefix)
    if problem is not None:
        raise type(problem)(str(problem).replace("{source}", source))
    return Settings(
        base_url=base_url(gateway_url, gateway_from or "gateway_url"),
        gateway_from=gateway_from,
        authorization=_authorization(token, prefix),
        default_headers=default_headers or {},
        extra_body=extra_body or {},
        event_hooks=tuple(event_hooks),
        limiter=SharedLimiter(env.rate() if rate_limit is None else check_rate(rate_limit)),
        **options,
    )


def changed(
    settings: Settings,
    token: Secret | None = None,
    gateway_url: str | None = None,
    *,
    default_headers: Mapping[str, str] | Keep = KEEP,
    set_default_headers: Mapping[str, str] | Keep = KEEP,
    extra_body: Mapping[str, Any] | Keep = KEEP,
    set_extra_body: Mapping[str, Any] | Keep = KEEP,
    **options: Any,
) -> Settings:
    """The settings with others in their place; what is KEEP stays, and a token or gateway of None.

    `default_headers` and `extra_body` are added to those there are, `set_...` replace them. Raises
    as `settings_from`, and ValueError for both at once.
    """
    changes = {name: value for name, value in options.items() if not isinstance(value, Keep)}
    if token is not None:
        changes["authorization"] = settings_from(token, settings.base_url).authorization
    if gateway_url is not None:
        changes["base_url"] = base_url(gateway_url, "gateway_url")
        changes["gateway_from"] = "gateway_url"
    check_one("default_headers", default_headers, set_default_headers)
    if not isinstance(default_headers, Keep):
        check_headers(default_headers)
        changes["default_headers"] = with_headers(settings.default_headers, default_headers)
    elif not isinstance(set_default_headers, Keep):
        changes["default_headers"] = set_default_headers
    check_one("extra_body", extra_body, set_extra_body)
    if not isinstance(extra_body, Keep):
        check_extra_body(extra_body)
        changes["extra_body"] = {**settings.extra_body, **extra_body}
    elif not isinstance(set_extra_body, Keep):
        changes["extra_body"] = set_extra_body
    return replace(settings, **changes)


def with_headers(headers: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Both sets of headers; of equal names, in any case, the value of the others."""
    named = {name.lower() for name in others}
    kept = {name: value for name, value in headers.items() if name.lower() not in named}
    return {**kept, **others}


# No frame that raises holds the token, nor the environment: a traceback may be shown with its
# variables.


class _Environment(NamedTuple):
    """The variables that options are taken from."""

    token: Secret
    gateway_url: str | None
    prefix: str
    log: str
    qps: str

    def rate(self) -> float | None:
        """The calls a second of APPBUILDER_QPS; None if it is unset."""
        if not self.qps.strip():
            return None
        try:
            return check_rate(float(self.qps))
        except ValueError:
            raise ValueError(
                f"APPBUILDER_QPS: expected calls a second, a number above 0, got {self.qps!r}"
            ) from None


def _environment(environ: Mapping[str, str]) -> _Environment:
    return _Environment(
        token=Secret(environ.get("APPBUILDER_TOKEN", "")),
        gateway_url=environ.get("GATEWAY_URL"),
        prefix=environ.get("SECRET_KEY_PREFIX", DEFAULT_PREFIX),
        log=environ.get("APPBUILDER_LOG", ""),
        qps=environ.get("APPBUILDER_QPS", ""),
    )


def _token_problem(secret: Secret, prefix: str) -> Exception | None:
    """The error for a token that cannot be used, without any of it."""
    token: object = secret.reveal()
    if not isinstance(token, str):
        return TypeError(f"{{source}}: expected text, got {type(token).__name__}")
    if not token.strip():
        return ValueError(
            "no token: set one with `export APPBUILDER_TOKEN=...` "
            "or pass AppBuilder(token=...) (AsyncAppBuilder likewise)"
        )
    # It is hidden from its last space on: without a prefix it may name its own scheme.
    spaces = token.removeprefix(prefix).lstrip().count(" ") > (0 if prefix else 1)
    if (
        spaces
        or token != token.strip()
        or not all(" " <= char <= "~" for char in f"{prefix}{token}")
    ):
        return ValueError(
            "{source}: a token is printable ASCII without spaces or line breaks "
            f"(this one has {len(token)} characters); was it copied with something around it?"
        )
    return None


def _authorization(secret: Secret, prefix: str) -> Secret:
    token = secret.reveal()
    return Secret(token if token.startswith(prefix) else f"{prefix} {token}")
