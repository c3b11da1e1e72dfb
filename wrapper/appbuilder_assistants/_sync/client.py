# Written by scripts/unasync.py from _async/client.py; do not edit.

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from appbuilder_assistants._drive import check_gateway, check_http, new_http
from appbuilder_assistants._settings import DEFAULT_RETRY, KEEP, Keep, Timeout, settings_from

from ._caller import Caller
from .assistants import Assistants
from .threads import Threads

if TYPE_CHECKING:
    from types import TracebackType

    import httpx
    from typing_extensions import Self

    from appbuilder_assistants._core.retry import RetryPolicy


class AppBuilder:
    """A client of the Assistants API.

    `token` and `gateway_url` come from APPBUILDER_TOKEN and GATEWAY_URL when they are None.
    SECRET_KEY_PREFIX (`Bearer` if unset) goes before a token that does not start with it. A
    gateway without a scheme gets https. Raises ValueError without a usable token. A gateway on
    this machine (127.0.0.1, localhost) is never reached through a proxy.

    `timeout` is a number of seconds, for connecting and for each silence, or an `httpx.Timeout`.
    None means the defaults: 5 s to connect; then 30 s of silence for a look-up, 600 s for a run.
    `retry` says what is tried again and when.

    The connections of the client are closed by `close` or on leaving it as a context manager. An
    `http_client` that is passed in stays the caller's, who closes it.
    """

    def __init__(
        self,
        token: str | None = None,
        gateway_url: str | None = None,
        *,
        timeout: Timeout = None,
        retry: RetryPolicy = DEFAULT_RETRY,
        http_client: httpx.Client | None = None,
    ) -> None:
        settings = settings_from(token, gateway_url, timeout=timeout, retry=retry)
        check_gateway(settings.base_url)
        own = http_client is None
        http = check_http(http_client) if http_client else new_http(settings.base_url)
        self._set_up(Caller(http, settings), own)

    def with_options(
        self, *, timeout: Timeout | Keep = KEEP, retry: RetryPolicy | Keep = KEEP
    ) -> Self:
        """A light copy with other options, sharing the connections of this client.

        What is not named stays as it is; `timeout=None` goes back to the defaults. Closing the
        copy does nothing: the connections are this client's to close.
        """
        old = self._caller.settings
        settings = replace(
            old,
            timeout=old.timeout if isinstance(timeout, Keep) else timeout,
            retry=old.retry if isinstance(retry, Keep) else retry,
        )
        copy = object.__new__(type(self))
        copy._set_up(Caller(self._caller.http, settings), own=False)
        return copy

    def close(self) -> None:
        """Close the connections. Later calls raise RuntimeError."""
        if self._own:
            self._caller.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(gateway_url={self._caller.settings.base_url!r})"

    def _set_up(self, caller: Caller, own: bool) -> None:
        self._caller = caller
        self._own = own
        self.assistants = Assistants(caller)
        self.threads = Threads(caller)
