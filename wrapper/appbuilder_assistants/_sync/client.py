# Written by scripts/unasync.py from _async/client.py; do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appbuilder_assistants._core.redaction import Secret
from appbuilder_assistants._log import logger, logs_calls
from appbuilder_assistants._settings.checks import KEEP, Keep
from appbuilder_assistants._settings.settings import (
    DEFAULT_RETRY,
    OnDeadline,
    Timeout,
    changed,
    settings_from,
)
from appbuilder_assistants._transport.pool import Pool

from ._caller import Caller, RawCaller
from .resources.root import Resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    import httpx
    from typing_extensions import Self

    from appbuilder_assistants._core.retry import RetryPolicy
    from appbuilder_assistants._transport.connect import Verify
    from appbuilder_assistants.hooks import EventHook
    from appbuilder_assistants.types import Message, RunResult, StreamRunMessage

    from .resources.raw import RawAppBuilder


class AppBuilder(Resources):
    """A client of the Assistants API.

    `token` and `gateway_url` come from APPBUILDER_TOKEN and GATEWAY_URL when they are None.
    SECRET_KEY_PREFIX (`Bearer` if unset) goes before a token that does not start with it. A
    gateway without a scheme gets https, or http if it is this machine (127.0.0.1, localhost), which
    is never reached through a proxy. Raises ValueError without a usable token, and for a gateway
    that is empty.

    `timeout` is a number of seconds, for connecting and for each silence, or an `httpx.Timeout`.
    None means the defaults: 5 s to connect; then 30 s of silence for a look-up, 120 s for a file,
    600 s for a run; or those of an `http_client` that was given others than httpx's. `deadline` is
    the number of seconds that a whole call may take, with its retries, pauses, tools and stream;
    None for no limit. When it passes, DeadlineExceededError is raised; with `on_deadline="cancel"`
    the run is cancelled on the server as well. `retry` says what is tried again and when.

    `rate_limit` is how many requests this client and its copies send in any second at most, of all
    kinds, retries included; others wait for their turn, in order. None: APPBUILDER_QPS, or no
    limit. When the service refuses a request for its rate, all calls slow down for a while; with
    `rate_limit=math.inf` none ever waits.

    `default_headers` and `extra_body` are sent with every request: headers, and fields of a JSON
    body, of which the call's own win. `event_hooks` get an event for every request: see
    `appbuilder_assistants.hooks`. `verify` is True, False, an `ssl.SSLContext`, or the path of the
    CA certificates to trust.

    The connections of the client are closed by `close` or on leaving it as a context manager. An
    `http_client` that is passed in stays the caller's to close. After a fork the child opens
    connections of its own.
    """

    def __init__(
        self,
        token: str | None = None,
        gateway_url: str | None = None,
        *,
        timeout: Timeout = None,
        deadline: float | None = None,
        on_deadline: OnDeadline = "raise",
        retry: RetryPolicy = DEFAULT_RETRY,
        default_headers: Mapping[str, str] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        event_hooks: Iterable[EventHook] = (),
        rate_limit: float | None = None,
        verify: Verify = True,
        http_client: httpx.Client | None = None,
    ) -> None:
        secret = None if token is None else Secret(token)
        del token  # what follows may raise, and a traceback may be shown with its variables
        settings = settings_from(
            secret,
            gateway_url,
            timeout=timeout,
            deadline=deadline,
            on_deadline=on_deadline,
            retry=retry,
            default_headers=default_headers,
            extra_body=extra_body,
            event_hooks=event_hooks,
            rate_limit=rate_limit,
        )
        pool = Pool(settings, verify, http_client)
        self._set_up(Caller(pool, settings), own=True)
        if logs_calls():
            logger().debug("a client was made: %r", self)

    def with_options(
        self,
        *,
        token: str | None = None,
        gateway_url: str | None = None,
        timeout: Timeout | Keep = KEEP,
        deadline: float | Keep | None = KEEP,
        on_deadline: OnDeadline | Keep = KEEP,
        retry: RetryPolicy | Keep = KEEP,
        default_headers: Mapping[str, str] | Keep = KEEP,
        set_default_headers: Mapping[str, str] | Keep = KEEP,
        extra_body: Mapping[str, Any] | Keep = KEEP,
        set_extra_body: Mapping[str, Any] | Keep = KEEP,
        event_hooks: Iterable[EventHook] | Keep = KEEP,
        http_client: httpx.Client | None = None,
    ) -> Self:
        """A light copy with other options, sharing the connections of this client.

        Other options stay as they are; `timeout=None` goes back to the defaults, `deadline=None`
        to none. `default_headers` and `extra_body` are added to those there are;
        `set_default_headers` and `set_extra_body` replace them.

        Closing the copy does nothing: the connections are this client's to close, or those of the
        `http_client` its owner's.
        """
        secret = None if token is None else Secret(token)
        del token  # what follows may raise, and a traceback may be shown with its variables
        settings = changed(
            self._caller.settings,
            secret,
            gateway_url,
            timeout=timeout,
            deadline=deadline,
            on_deadline=on_deadline,
            retry=retry,
            default_headers=default_headers,
            set_default_headers=set_default_headers,
            extra_body=extra_body,
            set_extra_body=set_extra_body,
            event_hooks=event_hooks if isinstance(event_hooks, Keep) else tuple(event_hooks),
        )
        pool = self._caller.pool.fit_for(settings, http_client)
        copy = object.__new__(type(self))
        copy._set_up(Caller(pool, settings), own=http_client is not None)
        return copy

    @property
    def with_raw_response(self) -> RawAppBuilder:
        """The same calls, each giving a RawResponse: status, headers, body and parsed object.

        Errors are raised as ever. Streams, downloads and `list_all` are not among them.
        """
        from .resources.raw import RawAppBuilder

        return RawAppBuilder(RawCaller(self._caller.pool, self._caller.settings))

    def text(self, source: RunResult | Message | StreamRunMessage) -> str:
        """The text of a run, a message, or a message event of a stream (its piece).

        A run may come from anywhere: the answer that it does not hold is looked up in its thread.
        Raises NoTextError, which says why, when the run has not completed, or has no answer.
        (queryMessage, listMessages)
        """
        from appbuilder_assistants._core.runs.texts import find_text

        from .streams.reading import LOOK_UPS

        flow = find_text(source, LOOK_UPS, retry=self._caller.settings.retry)
        return self._caller.carry_out(flow)

    def close(self) -> None:
        """Close the connections. Later calls raise RuntimeError.

        Streams of runs with tools that are still open are closed first, which cancels their runs.
        A failure of that is raised when all is closed: one error, with a note of each other.
        """
        if self._own:
            pool = self._caller.pool
            failures: list[BaseException] = []
            try:
                while (stream := pool.streams.any()) is not None:
                    try:
                        stream.close()
                    except BaseException as failure:  # noqa: BLE001 - raised below
                        failures.append(failure)
            finally:
                pool.close()
            if failures:
                from appbuilder_assistants._core.runs.orphaned_runs import raise_one

                raise_one(failures)

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
        # A traceback with variables may show a client whose options were refused.
        if not hasattr(self, "_caller"):
            return f"<{type(self).__name__} that was not made>"
        from appbuilder_assistants._core.responses.json_reader import decoder_name

        url, transport = self._caller.settings.base_url, self._caller.pool.transport
        parts = {"gateway_url": url, **transport.parts(url), "decoder": decoder_name()}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in parts.items())})"

    def _set_up(self, caller: Caller, own: bool) -> None:
        self._caller = caller
        self._own = own
