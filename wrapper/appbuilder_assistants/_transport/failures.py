"""Failures of an exchange as `NoReply`s, with the words of error messages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from appbuilder_assistants._core.calls import NoReply
from appbuilder_assistants._settings.addresses import is_loopback

from .connect import proxy_for
from .protocols import Head, OutgoingRequest, TransportFailure
from .unpack import ACCEPTED, can_unpack, codings, has_stacked_encodings

NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")  # by the version of OpenSSL
CLOSED = "this client is closed: make another one"

TWO_LOOPS = (
    "this AsyncAppBuilder is in use on another event loop, which is still running, and connections "
    "belong to one loop: make a client for each loop (in each thread), or use an AppBuilder, which "
    "threads may share"
)


def no_reply(request: OutgoingRequest, failure: TransportFailure) -> NoReply:
    """The `NoReply` for the failure of an exchange."""
    phase, error = failure.phase, failure.__cause__
    reached = phase not in ("pool", "connect")
    if failure.timed_out and request.is_overdue():
        return overdue(request, error, reached=reached, reads_file=phase == "file")
    gateway = _gateway(request)
    limit = getattr(request.limits, phase, None)
    after = "" if limit is None else f" after {limit:g} s"
    if not failure.timed_out:
        why = str(failure) or type(error).__name__
        if reached:
            message = f"the response of {gateway} was cut off or cannot be read: {why}"
        else:
            message = f"no connection to {gateway}: {why}{_advice(request, error)}"
    elif reached:
        message = f"{gateway}: {phase} timed out{after}"
    elif phase == "connect":
        message = f"no connection to {gateway}: connecting timed out{after}"
        message += _advice(request, error)
    else:
        message = f"no connection to {gateway}: all are in use, and none became free{after}"
    return _no_reply(request, message, reached, failure.timed_out, error)


def overdue(
    request: OutgoingRequest,
    error: BaseException | None = None,
    *,
    reached: bool = True,
    reads_file: bool = False,
) -> NoReply:
    """The `NoReply` for a passed deadline."""
    message = f"the deadline passed while waiting for {_gateway(request)}"
    if reads_file or (not isinstance(request.body, bytes) and request.body.file.reading):
        message = "the deadline passed while the file to upload was read"
    if request.waits_for_pool:
        reached = False
        message = f"the deadline passed before a connection to {_gateway(request)} became free"
    return _no_reply(request, message, reached, timed_out=True, error=error, overdue=True)


def endless(request: OutgoingRequest) -> NoReply:
    """The `NoReply` for a body that would not show a cut."""
    message = (
        f"the response of {_gateway(request)} has neither Content-Length nor chunked encoding: "
        "whether it was cut off could not be seen"
    )
    return _no_reply(request, message, reached=True)


def unacceptable(request: OutgoingRequest, response: Head) -> NoReply:
    """The `NoReply` for a body that cannot be decompressed."""
    found = codings(response.headers)
    if has_stacked_encodings(found):
        why = "compressed more than once: a few bytes of it could unfold to more than the memory"
    else:
        why = f"compressed as {found[0][:40]!r}; the request accepts {ACCEPTED}"
    return _no_reply(request, f"the response of {_gateway(request)} is {why}", reached=True)


def refused(response: Head, request: OutgoingRequest) -> NoReply | None:
    """The `NoReply` for a response that is overdue, or has a body that cannot be read safely."""
    if request.is_overdue():
        return overdue(request)
    if not (response.is_unpacked or can_unpack(codings(response.headers))):
        return unacceptable(request, response)
    needs_end = request.peek and not _has_visible_end(response)
    if needs_end and request.leave_open(response.status, response.headers):
        return endless(request)
    return None


def _has_visible_end(response: Head) -> bool:
    """Whether a body that was cut off can be distinguished from a whole one."""
    headers = response.headers
    return "content-length" in headers or "transfer-encoding" in headers or not response.is_http1


def unwritable(request: OutgoingRequest, error: UnicodeError) -> NoReply:
    """The `NoReply` for a request that cannot be written, though all of our parts can."""
    message = (
        f"the request cannot be written: {error}; does the http_client keep a cookie that is not "
        "ASCII?"
    )
    return _no_reply(request, message, reached=False, error=error)


def without_frames(error: BaseException) -> BaseException:
    """The error, and those behind it, without the frames they came through.

    Frames of an HTTP library hold the request, and with it the token.
    """
    for one in _chain(error):
        one.__traceback__ = None
    return error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those behind it, each once."""
    behind: list[BaseException | None] = [error]
    seen: set[int] = set()
    while behind:
        one = behind.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            behind += [one.__cause__, one.__context__]


def _no_reply(
    request: OutgoingRequest,
    message: str,
    reached: bool,
    timed_out: bool = False,
    error: BaseException | None = None,
    overdue: bool = False,
) -> NoReply:
    return NoReply(
        request.authorization.redact(message),
        reached,
        timed_out,
        request.request_id,
        None if error is None or _shows_token(request, error) else without_frames(error),
        overdue,
        time.monotonic() - request.started,
    )


def _shows_token(request: OutgoingRequest, error: BaseException) -> bool:
    """Whether an error quotes the token: h11 quotes lines of a response that it cannot read."""
    shown = "".join(f"{one}{one!r}{vars(one)}" for one in _chain(error))
    return request.authorization.redact(shown, len(shown)) != shown


def _advice(request: OutgoingRequest, error: BaseException | None) -> str:
    """Where the address came from, and what may be wrong with the way to it."""
    advice = (
        f"; the address is that of {request.gateway_from}"
        if request.gateway_from
        else "; this is the live service: is this machine online? For the mock server, set "
        "GATEWAY_URL=http://127.0.0.1:8080"
    )
    if proxy_for(request.url):
        advice += (
            "; HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names a proxy, which may be what cannot be "
            "reached"
        )
    import ssl

    behind = () if error is None else _chain(error)
    if tls := next((one for one in behind if isinstance(one, ssl.SSLError)), None):
        if isinstance(tls, ssl.SSLCertVerificationError):
            advice += "; SSL_CERT_FILE or verify= names other certificates to trust"
        elif tls.reason in NO_TLS:
            advice += "; does the server speak http:// only?"
    elif is_loopback(request.url):
        advice += (
            ", and no server answers there: `python -m appbuilder_mock` (`make mock` in its "
            "repository) starts the mock server"
        )
    return advice


def _gateway(request: OutgoingRequest) -> str:
    url = urlsplit(request.url)
    return f"{url.scheme}://{url.netloc}"
