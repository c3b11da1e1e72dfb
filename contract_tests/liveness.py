"""Whether a target that gave no answer gives any."""

from __future__ import annotations

import time

import httpx

from . import spec
from .target import Target

PROBES = 3
PAUSE = 0.5  # seconds between them: a server may be about to start again
PATIENCE = 5.0  # seconds without a byte; what is asked for lets no model work


class TargetStopped(Exception):
    """The target answers nothing any more; the request was not sent, or was given up."""


def answers(target: Target) -> bool:
    """Whether the target answers a look-up with anything at all.

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
