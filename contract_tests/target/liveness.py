"""Liveness of the target, and the request that had no response."""

from __future__ import annotations

import time

import httpx
import requests

from contract_tests.spec import document as spec

from .target import Target

PROBES = 3
PAUSE = 0.5  # seconds between them: a server may be about to start again
PATIENCE = 5.0  # seconds without a byte; what is asked for lets no model work


class TargetStopped(Exception):
    """The target answers nothing any more; the request was not sent, or was given up."""


def responds(target: Target) -> bool:
    """Whether the target responds to a look-up in any way.

    A refused connection is tried PROBES times, silence is waited for once.
    """
    for attempt in range(PROBES):
        if attempt:
            time.sleep(PAUSE)
        try:
            httpx.post(
                target.url + spec.path("listFiles"),
                json={},
                headers={"Authorization": f"Bearer {target.token}"},
                timeout=PATIENCE,
            )
        except httpx.TimeoutException:
            return False
        except httpx.TransportError:
            continue
        return True
    return False


def unanswered_request(error: BaseException) -> requests.PreparedRequest | None:
    """The request that failed with this error; without its body if that was streamed."""
    if isinstance(error, requests.RequestException):
        return error.request if isinstance(error.request, requests.PreparedRequest) else None
    if not isinstance(error, httpx.TransportError):
        return None
    try:
        sent = error.request
    except RuntimeError:  # there was none yet
        return None
    try:
        body = sent.content
    except httpx.RequestNotRead:
        body = b""
    prepared = requests.PreparedRequest()
    prepared.prepare(sent.method, str(sent.url), headers=dict(sent.headers), data=body)
    return prepared
