"""Set-up: the chosen target, and the objects that the tests need there."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import cast

import pytest

from contract_tests.client import fixtures
from contract_tests.conftest import includes_suite
from contract_tests.spec import document as spec
from contract_tests.target.example_objects import ExampleObjects
from contract_tests.target.gateway import Gateway
from contract_tests.target.target import (
    LIVE_SAFE,
    UnusableTarget,
    chosen_profile,
    chosen_target,
)

SECRET = 'bce-v3/AL"TAK-密<钥>/0'


@pytest.mark.parametrize(
    ("chosen", "includes"),
    [
        (["tests"], False),
        (["tests/project", "contract_tests/selftests"], False),
        (["tests", "contract_tests/suite/test_files.py::test_file"], True),
        (["contract_tests"], True),
        (["."], True),
    ],
)
def test_suite_is_only_started_for_its_tests(chosen: list[str], includes: bool) -> None:
    """Its plugins would report failures of other tests, and start a server for them."""
    config = cast(pytest.Config, SimpleNamespace(args=chosen))

    assert includes_suite(config) is includes


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"CONTRACT_TARGET": "live"}, "APPBUILDER_TOKEN is not set: nothing was sent"),
        (
            {"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": "t" * 8, "GATEWAY_URL": " "},
            "GATEWAY_URL is empty: nothing was sent. Unset it",
        ),
        ({"CONTRACT_TARGET": "http://x"}, "needs TOKEN"),
        (
            {"CONTRACT_TARGET": "localhost:1", "CONTRACT_TOKEN": "t" * 8},
            "expected `live` or an http",
        ),
        ({"CONTRACT_TARGET": "http://a:b@x", "CONTRACT_TOKEN": "t" * 8}, "holds a user"),
        ({"CONTRACT_TARGET": "http://x", "CONTRACT_TOKEN": "t" * 7}, "TOKEN has 7 characters"),
        ({"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": "密" * 7}, "APPBUILDER_TOKEN has 7"),
        (
            {
                "CONTRACT_TARGET": "http://x",
                "CONTRACT_TOKEN": "t" * 8,
                "CONTRACT_OTHER_TOKEN": "e",
            },
            "OTHER_TOKEN has 1 characters",
        ),
        ({"CONTRACT_RATE": "quick"}, "RATE is 'quick'"),
        ({"CONTRACT_RUNS": "0"}, "RUNS is '0'"),
    ],
)
def test_unusable(environment: dict[str, str], message: str) -> None:
    with pytest.raises(UnusableTarget, match=message):
        chosen_profile(chosen_target(environment), environment)


def test_public_gateway() -> None:
    """The live service is where the spec says, or where GATEWAY_URL says; its token is hidden."""
    live = chosen_target({"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": SECRET})
    other = chosen_target(
        {"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": SECRET, "GATEWAY_URL": "http://x/"}
    )

    assert live.url == spec.DOCUMENT["servers"][0]["url"]
    assert other.url == "http://x"
    assert SECRET not in repr(live)
    assert chosen_profile(live, {}) == LIVE_SAFE


def test_world_has_every_example(gateway: Gateway) -> None:
    """Each id in a request example is mapped to a created object; three runs are enough."""
    ids = ExampleObjects(gateway).make()

    named = {
        value
        for _, example in spec.Document().examples()
        for name, value in example.items()
        if name.endswith("_id") and value
    }
    assert named <= set(ids)
    assert len(set(ids.values()) - {"step-1"}) == len(ids) - 1
    assert gateway.runs.made.total() == 3


def test_things_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old objects are replaced, because runs expire; a failed creation is not tried again."""
    now = [0.0]
    monkeypatch.setattr(fixtures, "make_owned_objects", lambda client: object())
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    owned = fixtures.RenewedObjects(None)  # type: ignore[arg-type]

    first = owned.get()
    now[0] += fixtures.FRESH
    assert owned.get() is first
    now[0] += 1
    assert owned.get() is not first

    broken = fixtures.RenewedObjects(None)  # type: ignore[arg-type]
    tries: list[int] = []

    def fails(_caller: object) -> object:
        tries.append(1)
        raise AssertionError("createAssistant: 什么也没有")

    monkeypatch.setattr(fixtures, "make_owned_objects", fails)
    for _ in range(2):
        with pytest.raises(AssertionError, match="什么也没有"):
            broken.get()
    assert len(tries) == 1
