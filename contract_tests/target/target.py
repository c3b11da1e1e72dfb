"""The server under test, and the load it gets."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Literal, TypedDict
from urllib.parse import urlsplit

from .settings import SETTINGS

Kind = Literal["mock", "server", "live"]
RECORDED = "recorded"  # the mock answers in every way as the recordings do
SHORTEST_TOKEN = 8
PUBLIC_GATEWAY = "https://appbuilder.baidu.com"


class UnusableTarget(ValueError):
    """The environment names no server that can be tested."""


@dataclass(frozen=True)
class Target:
    """A server, and the one token it takes.

    The mock holds the objects that the request examples in openapi.yaml name. On any other target
    they are made first (example_objects.py). A `dry_run` is done on the mock instead.
    `other_token` is a second user's, where there is one.
    """

    url: str
    token: str = field(repr=False)
    kind: Kind = "mock"
    dry_run: bool = False
    other_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Profile:
    """The load on a target; None is as much as schemathesis.toml says, or without limit.

    `runs` counts the requests that let a model work, which is what a service asks money for.
    """

    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing")
    max_examples: int | None = None
    only_live_safe: bool = False
    quick: bool = False  # only the hand-written tests
    per_second: float | None = None
    runs: int | None = None
    patience: int = 20  # seconds without a byte, and for a whole stream
    seed: int = SETTINGS["seed"]  # of all that is random


FULL = Profile()
# The examples and the hand-written steps marked `live_safe`; a few random requests, to all but
# EXPENSIVE operations.
LIVE_SAFE = Profile(
    phases=("examples", "fuzzing"),
    max_examples=2,
    only_live_safe=True,
    per_second=2,
    runs=24,
    patience=120,
)
# Each request may let a model work: these are never called at random where LIVE_SAFE holds.
EXPENSIVE = ("createRun", "submitToolOutputs")


def chosen_target(environ: Mapping[str, str] = os.environ) -> Target:
    """The server that the environment names; the mock, with no URL yet, when it names none.

    Raises UnusableTarget.
    """
    asked = environ.get("CONTRACT_TARGET", "")
    dry_run = bool(environ.get("CONTRACT_DRY"))
    token = TOKEN if dry_run else environ.get("CONTRACT_TOKEN", "")  # the mock's, or theirs
    if not asked:
        return Target("", TOKEN)
    if asked == "live":
        # No other: what the environment calls TOKEN may be another program's.
        token = token if dry_run else environ.get("APPBUILDER_TOKEN", "")
        if not token:
            raise UnusableTarget(
                "TARGET=live needs a token and APPBUILDER_TOKEN is not set: nothing was sent. "
                "Set it, or see with DRY=1 what would be done"
            )
        _checked_token(token, "APPBUILDER_TOKEN")
        url = environ.get("GATEWAY_URL", PUBLIC_GATEWAY)
        if not url.strip():
            raise UnusableTarget(
                "GATEWAY_URL is empty: nothing was sent. Unset it for the public gateway "
                f"({PUBLIC_GATEWAY}), or name another"
            )
        return Target(_checked(url, "GATEWAY_URL"), token, "live", dry_run)
    if not token:
        raise UnusableTarget(
            f"TARGET={asked} needs TOKEN, the token that this server takes: nothing was sent"
        )
    _checked_token(token, "TOKEN")
    other_token = environ.get("CONTRACT_OTHER_TOKEN") or None
    if other_token is not None:
        _checked_token(other_token, "OTHER_TOKEN")
    return Target(_checked(asked, "TARGET"), token, "server", dry_run, other_token)


def chosen_profile(target: Target, environ: Mapping[str, str] = os.environ) -> Profile:
    """The load on this target, by the environment. Raises UnusableTarget for bad numbers."""
    profile = LIVE_SAFE if target.kind == "live" else FULL
    if phases := environ.get("CONTRACT_PHASES"):
        profile = replace(profile, phases=tuple(phases.split(",")))
    if patience := environ.get("CONTRACT_PATIENCE"):
        profile = replace(profile, patience=int(_positive("PATIENCE", patience)))
    if seed := environ.get("CONTRACT_SEED"):
        profile = replace(profile, seed=int(seed))
    if environ.get("CONTRACT_QUICK"):
        profile = replace(profile, quick=True)
    if rate := environ.get("CONTRACT_RATE"):
        profile = replace(profile, per_second=_positive("RATE", rate))
    if runs := environ.get("CONTRACT_RUNS"):
        profile = replace(profile, runs=int(_positive("RUNS", runs)))
    return profile


class MockOptions(TypedDict):
    """How the mock answers open questions."""

    readings: dict[str, str]
    as_recorded: bool


def chosen_readings(environ: Mapping[str, str] = os.environ) -> MockOptions:
    """From CONTRACT_READINGS, such as `recorded` or `after=created-after`, in words.

    Raises UnusableTarget.
    """
    from appbuilder_mock.readings import Readings, parsed

    words = environ.get("CONTRACT_READINGS", "").split()
    try:
        readings = parsed(word for word in words if word != RECORDED)
        Readings.of(readings)
    except ValueError as error:
        raise UnusableTarget(f"READINGS: {error}") from error
    return MockOptions(readings=readings, as_recorded=RECORDED in words)


def _checked_token(token: str, name: str) -> str:
    """A token that can be hidden in reports. Raises UnusableTarget."""
    if len(token) < SHORTEST_TOKEN:
        raise UnusableTarget(
            f"{name} has {len(token)} characters; expected {SHORTEST_TOKEN} or more, because "
            "reports hide the token wherever it stands: nothing was sent"
        )
    return token


def takes_in_band(target: Target) -> bool:
    """Whether an error may come under status 200, as openapi.yaml allows; ours has a status."""
    if target.kind != "mock":
        return True
    options = chosen_readings()
    return options["as_recorded"] or "unknown-file" in options["readings"]


# From the address of a server to that of a proxy in front of it.
ProxyFactory = Callable[[str], AbstractContextManager[str]]


@contextmanager
def mock_target(proxy_factory: ProxyFactory = nullcontext) -> Iterator[Target]:
    """The mock server, in this process, on a free port and behind a proxy.

    It makes the same ids each time.
    """
    import appbuilder_mock

    with (
        appbuilder_mock.running(
            token=TOKEN,
            other_token=OTHER_TOKEN,
            examples=True,
            seed="contract",
            **chosen_readings(),
            expire_after=NEVER,
        ) as server,
        proxy_factory(server.url) as url,
    ):
        yield Target(url, TOKEN, other_token=OTHER_TOKEN)


def _checked(url: str, name: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnusableTarget(
            f"{name} is {url!r}; expected `live` or an http:// or https:// address"
        )
    if parts.username or parts.password:
        raise UnusableTarget(f"{name} holds a user or a password; expected them in no address")
    return url.rstrip("/")


def _positive(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e6:
        raise UnusableTarget(f"{name} is {text!r}; expected a number above 0")
    return number


# Known before any server runs, because requests are made while pytest collects.
TOKEN = secrets.token_hex(16)
# Of a second user, who may see nothing of the first one's.
OTHER_TOKEN = secrets.token_hex(16)

# Seconds. Even on a slow machine the examples' runs wait for the tests that need them.
NEVER = 7 * 86_400.0
