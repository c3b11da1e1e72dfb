"""One request and its answer, between our words and httpx's. Sends nothing."""

from __future__ import annotations

import json
import platform
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import BytesIO

import httpx

from appbuilder_assistants._core.calls import REQUEST_ID, NoReply, Reply, Send, never
from appbuilder_assistants._core.limits import MAX_BODY, MAX_ERROR_BODY, MAX_QUOTED
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._core.redaction import Secret
from appbuilder_assistants._settings.addresses import is_loopback
from appbuilder_assistants._settings.settings import Settings, with_headers
from appbuilder_assistants._version import __version__

from .bounded import QUEUED
from .connect import is_direct, proxies
from .deadline_sockets import ClockedStream, Until
from .unpack import ACCEPTED, codings

HTTPX_TIMEOUT = httpx.Timeout(5.0)
"""That of an httpx client which was not told another."""

CONNECT_SECONDS = 5.0
WRITE_SECONDS = 30.0
USER_AGENT = f"appbuilder-assistants/{__version__} python/{platform.python_version()}"

# Raised before a byte of the request could have arrived.
UNREACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
# httpx looks at a redirect that it does not follow, and lets pass what idna says of its host: a
# UnicodeError. On an event loop it lets pass what ssl says of a record that was damaged.
FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that is being sent. `deadline` and `begun` are on the monotonic clock."""

    http: httpx.Request
    deadline: float | None
    begun: float
    redactor: Secret
    gateway_from: str = ""
    form: MultipartBody | None = None

    def is_overdue(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def hurry(self, response: httpx.Response, seconds: float) -> bool:
        """Wait for the rest of the answer for so long at the most. False if that cannot be had."""
        limit = self.http.extensions["timeout"]["read"]
        stream = response.extensions.get("network_stream")
        if not isinstance(limit, Until) or not isinstance(stream, ClockedStream):
            return False
        limit.at = min(limit.at, time.monotonic() + seconds)
        return True

    def check(self) -> None:
        """Raise ReadTimeout when overdue."""
        if self.is_overdue():
            raise httpx.ReadTimeout("the deadline has passed")

    def reply(
        self,
        response: httpx.Response,
        body: bytes,
        live: object = None,
        *,
        cut_short: bool = False,
    ) -> Reply:
        """The answer."""
        return Reply(
            response.status_code,
            response.headers,
            body,
            live,
            time.time(),
            time.monotonic() - self.begun,
            cut_short,
            self._request_id,
            self.redactor,
        )

    def lost(self, error: Exception) -> NoReply:
        """What a failure of httpx's means."""
        reached = not isinstance(error, UNREACHED)
        timed_out = isinstance(error, httpx.TimeoutException)
        if timed_out and self.is_overdue():
            return self.overdue(error, reached=reached)
        why = str(error) or type(error).__name__
        gateway = self._gateway
        if timed_out:
            what = (
                f"{gateway} was silent for too long" if reached else f"no connection to {gateway}"
            )
            if QUEUED in self.http.extensions:
                what = f"no connection to {gateway} became free: others use all that there may be"
            limits = self.http.extensions["timeout"].items()
            told = ", ".join(f"{name} {seconds:g} s" for name, seconds in limits if seconds)
            message = f"{what} ({type(error).__name__}; the limits are {told})"
            if not reached and QUEUED not in self.http.extensions:
                message += self._advice(error)
        elif reached:
            message = f"the answer of {gateway} broke off or cannot be read: {why}"
        else:
            message = f"no connection to {gateway}: {why}{self._advice(error)}"
        return self._lost(message, reached, timed_out, error)

    def overdue(self, error: BaseException | None = None, *, reached: bool = True) -> NoReply:
        """What the deadline's passing means."""
        message = f"the deadline passed while {self._gateway} was waited for"
        if self.form is not None and self.form.file.reading:
            message = "the deadline passed while the file to upload was read"
        if QUEUED in self.http.extensions:
            reached = False
            message = f"the deadline passed before a connection to {self._gateway} became free"
        return self._lost(message, reached, timed_out=True, error=error, overdue=True)

    def endless(self) -> NoReply:
        """What comes of a file whose end nobody could tell."""
        return self._lost(
            f"the answer of {self._gateway} does not tell where it ends (neither Content-Length "
            "nor chunks), so that nobody could see whether it was cut off",
            reached=True,
        )

    def packed(self, response: httpx.Response) -> NoReply:
        """What comes of an answer whose compression cannot be taken off."""
        found = codings(response)
        if len(found) > 1:
            why = (
                "compressed more than once: a few bytes of it could unfold to more than there is "
                "memory"
            )
        else:
            why = f"compressed as {found[0][:40]!r}; the request accepts {ACCEPTED}"
        return self._lost(f"the answer of {self._gateway} is {why}", reached=True)

    def _lost(
        self,
        message: str,
        reached: bool,
        timed_out: bool = False,
        error: BaseException | None = None,
        overdue: bool = False,
    ) -> NoReply:
        return NoReply(
            self.redactor.redact(message),
            reached,
            timed_out,
            self._request_id,
            None if error is None or self._shows_token(error) else without_frames(error),
            overdue,
            time.monotonic() - self.begun,
        )

    @property
    def _request_id(self) -> str:
        return self.http.headers[REQUEST_ID]

    def _shows_token(self, error: BaseException) -> bool:
        """Whether an error quotes the token: h11 quotes lines of an answer that it cannot read."""
        shown = "".join(f"{one}{one!r}{vars(one)}" for one in chain(error))
        return self.redactor.redact(shown) != shown

    def _advice(self, error: Exception) -> str:
        """Where the address came from, and what may be wrong with the way to it."""
        advice = f"; the address is that of {self.gateway_from}" if self.gateway_from else ""
        url = str(self.http.url)
        if not is_direct(url) and any(proxies().values()):
            advice += (
                "; HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names a proxy, which may be what cannot be "
                "reached"
            )
        if is_loopback(url) and not any(isinstance(one, ssl.SSLError) for one in chain(error)):
            advice += (
                ", and no server answers there: `python -m appbuilder_mock` (`make mock` in its "
                "repository) starts the mock server"
            )
        return advice

    @property
    def _gateway(self) -> str:
        url = self.http.url
        return f"{url.scheme}://{url.netloc.decode('ascii')}"


def sent(
    step: Send,
    http: httpx.Client | httpx.AsyncClient,
    settings: Settings,
    content: bytes | Iterator[bytes] | AsyncIterator[bytes],
    deadline: float | None,
) -> Sent:
    """What httpx is to send."""
    request_id = str(uuid.uuid4())
    headers = {
        **with_headers({"User-Agent": USER_AGENT}, settings.default_headers),
        "Content-Type": step.request.content_type,
        "Accept": step.accept,
        REQUEST_ID: request_id,
        "X-Bce-Request-Id": request_id,
        "Accept-Encoding": ACCEPTED,
    }
    body = step.request.body
    if isinstance(body, MultipartBody):
        if body.length is not None:
            headers["Content-Length"] = str(body.length)
    elif settings.extra_body:
        content = _with_extra(body, settings)
    if step.leave_open is not never:
        # A compressed stream reaches the reader only when the compressor lets go of it, and a
        # compressed file tells the length of something else.
        headers["Accept-Encoding"] = "identity"
    request = http.build_request(
        step.request.method,
        settings.base_url + step.request.path,
        params=dict(step.request.query) or None,
        content=content,
        headers=headers,
        timeout=_timeout(step, settings, http.timeout, deadline),
    )
    # Only here, where no variable holds it: tracebacks may be shown with their variables.
    request.headers["Authorization"] = settings.authorization.reveal()
    form = body if isinstance(body, MultipartBody) else None
    begun = time.monotonic()
    return Sent(request, deadline, begun, settings.redactor, settings.gateway_from, form)


def unwritable(error: UnicodeError) -> NoReply:
    """What it means that a request cannot be written, though all that is ours in it can."""
    return NoReply(
        f"the request cannot be written: {error}; does the http_client keep a cookie that is not "
        "ASCII?",
        reached_server=False,
        cause=without_frames(error),
    )


def longest(response: httpx.Response) -> int:
    """Bytes of a body that are read at the most."""
    return MAX_BODY if response.is_success else MAX_ERROR_BODY


def tells_its_end(response: httpx.Response) -> bool:
    """Whether a body that is cut off can be told from one that is over."""
    headers = response.headers
    told = "content-length" in headers or "transfer-encoding" in headers
    return told or not is_alone(response)


def is_alone(response: httpx.Response) -> bool:
    """Whether the answer has a connection to itself, which goes if its body is not read."""
    return response.http_version.startswith("HTTP/1")


def can_unpack(response: httpx.Response) -> bool:
    """Whether the body is compressed at most once, in a way that the request accepts.

    Unpacking what was unpacked could unfold one piece a million times.
    """
    found = codings(response)
    return response.is_stream_consumed or found in ([], ["gzip"], ["deflate"])


def beginning(body: BytesIO) -> bytes:
    """What may be quoted of a body that is too long; the rest is let go."""
    start = body.getvalue()[:MAX_QUOTED]
    body.close()
    return start


def without_frames(error: BaseException) -> BaseException:
    """The error, and those behind it, without the frames they came through.

    Frames of httpx hold the request, and with it the token.
    """
    for one in chain(error):
        one.__traceback__ = None
    return error


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those behind it, each once."""
    behind: list[BaseException | None] = [error]
    seen: set[int] = set()
    while behind:
        one = behind.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            behind += [one.__cause__, one.__context__]


def _with_extra(body: bytes, settings: Settings) -> bytes:
    """The JSON body with the fields that every request of this client has; the call's own win."""
    merged = {**settings.extra_body, **json.loads(body)}
    return json.dumps(merged, ensure_ascii=False, separators=(",", ":")).encode()


def _timeout(
    step: Send, settings: Settings, of_client: httpx.Timeout, deadline: float | None
) -> httpx.Timeout:
    limits = settings.timeout
    if limits is None and of_client != HTTPX_TIMEOUT:
        limits = of_client
    if limits is None:
        # Waiting for a free connection is waiting for other calls' answers.
        read = step.read_seconds
        timeout = httpx.Timeout(connect=CONNECT_SECONDS, read=read, write=WRITE_SECONDS, pool=read)
    elif isinstance(limits, (int, float)):
        timeout = httpx.Timeout(limits)
    else:
        timeout = httpx.Timeout(
            connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool
        )
    return httpx.Timeout(
        connect=_deadline(timeout.connect, deadline),
        read=_deadline(timeout.read, deadline),
        write=_deadline(timeout.write, deadline),
        pool=_deadline(timeout.pool, deadline),
    )


def _deadline(limit: float | None, deadline: float | None) -> float | None:
    if deadline is None:
        return None if limit is None else Until(limit)
    return Until(limit, deadline)
