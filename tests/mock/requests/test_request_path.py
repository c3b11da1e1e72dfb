"""The path of a request to its handler: each check once, with and without a scenario."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.contract import Contract
from appbuilder_mock.scenarios import Drip, Fault, Match, Rule

from tests.mock.uploads import PURPOSE
from tests.mock.wire import Api


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of comparisons of tokens, of bodies parsed and of bodies validated."""
    counted: Counter[str] = Counter()

    def count(owner: Any, name: str, key: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def counting(*args: Any, **options: Any) -> Any:
            counted[key] += 1
            return original(*args, **options)

        monkeypatch.setattr(owner, name, counting)

    count(hmac, "compare_digest", "token")
    count(Contract, "_parsed", "parsed")
    count(Contract, "_validate", "validated")
    return counted


@pytest.fixture
def mock(counts: Counter[str]) -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running() as running:
        yield running


SCENARIOS = {
    "none": (),
    "no rules": (Rule(match=Match(operation="queryRun"), fault=Fault(status=503)),),
    "a reply": (Rule(match=Match(regex="天气"), reply="晴"),),
    "a fault": (Rule(match=Match(operation="any"), fault=Fault(drip=Drip(bytes=64, seconds=0))),),
    "an error": (Rule(match=Match(operation="any", text="无"), fault=Fault(status=503)),),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_check_is_made_once(
    mock: appbuilder_mock.Running, counts: Counter[str], name: str
) -> None:
    if SCENARIOS[name]:
        mock.script(*SCENARIOS[name])
    with Api(mock.url, mock.token) as api:
        assistant, thread = api.assistant(), api.thread("北京天气如何？")
        counts.clear()

        run = api.run(assistant_id=assistant, thread_id=thread)

        assert run["status"] == "completed"
        assert counts == {"token": 1, "parsed": 1, "validated": 1}
        counts.clear()

        api.error("threads/runs", 400, assistant_id=assistant, thread_id=5)

        assert counts == {"token": 1, "parsed": 1, "validated": 1}


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_upload_is_checked_once(
    mock: appbuilder_mock.Running, counts: Counter[str], name: str
) -> None:
    """Its query is validated; there is no JSON in its body."""
    if SCENARIOS[name]:
        mock.script(*SCENARIOS[name])
    with Api(mock.url, mock.token) as api:
        response = api.post("storage/files", params=PURPOSE, files={"file": ("说明.txt", "你好")})

    assert response.status_code == 200
    assert counts == {"token": 1, "validated": 1}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_wrong_token_costs_one_comparison(
    mock: appbuilder_mock.Running, counts: Counter[str], name: str
) -> None:
    if SCENARIOS[name]:
        mock.script(*SCENARIOS[name])
    with Api(mock.url, "another") as api:
        api.error("threads", 401)

    assert counts == {"token": 1}
