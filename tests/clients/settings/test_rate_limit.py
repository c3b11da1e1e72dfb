"""The rate limit as an option and in the environment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.client_harness import ClientHarness


def test_the_limit_of_the_environment(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPBUILDER_QPS", "2.5")

    assert harness.client("k", "http://[::1]:9")._caller.settings.limiter.rate == 2.5
    given = harness.client("k", "http://[::1]:9", rate_limit=7)
    assert given._caller.settings.limiter.rate == 7
    monkeypatch.setenv("APPBUILDER_QPS", "")
    assert harness.client("k", "http://[::1]:9")._caller.settings.limiter.rate is None


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (0, ValueError),
        (-1.0, ValueError),
        (float("nan"), ValueError),
        ("20", TypeError),
        (True, TypeError),
    ],
)
def test_values_that_are_no_rate(
    harness: ClientHarness, given: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match="rate_limit: expected calls a second"):
        harness.client("k", rate_limit=given)


@pytest.mark.parametrize("text", ["zwanzig", "0", "-3", "nan"])
def test_values_of_the_environment_that_are_no_rate(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("APPBUILDER_QPS", text)

    with pytest.raises(ValueError, match=f"APPBUILDER_QPS: .* got '{text}'"):
        harness.client("k")
