"""Quotas: the calls that exceed one are refused, as the service refuses them."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import (
    ErrorBody,
    Fault,
    Match,
    Quota,
    QuotaWindow,
    Rule,
    ScenarioError,
    load_scenario,
)

from tests.mock.uploads import closed, file_part, send, upload
from tests.mock.wire import Api, final_text

LONG = 3600  # seconds: a quota that no test outlasts


def test_any_window_has_its_calls_and_no_more() -> None:
    """Not those of a clock's seconds: the time that ends with each call is what counts."""
    now = 0.0
    window = QuotaWindow(Quota(3, 1.0), lambda: now)
    admitted = []
    for hundredths in range(0, 300, 10):
        now = hundredths / 100
        if window.admits():
            admitted.append(hundredths)

    assert admitted == [0, 10, 20, 100, 110, 120, 200, 210, 220]


def test_refused_calls_do_not_count() -> None:
    times = iter([0.0, 0.5, 0.9, 1.0])
    window = QuotaWindow(Quota(1, 1.0), lambda: next(times))

    assert [window.admits() for _ in range(4)] == [True, False, False, True]


def test_a_rule_takes_the_calls_that_exceed_its_quota(
    mock: appbuilder_mock.Running, api: Api
) -> None:
    """Calls within the quota go to the next rule; each rule counts its own calls."""
    busy = Fault(status=200, error=ErrorBody(18, "Open api qps request limit reached"))
    mock.script(
        Rule(match=Match(operation="queryThread"), quota=Quota(2, LONG)),
        Rule(quota=Quota(1, LONG), fault=busy),
        Rule(reply="晴"),
    )
    run = api.run()
    assert final_text(run) == "晴"
    again = {"assistant_id": run["assistant_id"], "thread_id": run["thread_id"]}
    assert api.post("threads/runs", again).json()["error"]["code"] == 18
    place = {"thread_id": run["thread_id"]}
    assert [api.ok("threads/query", **place)["id"] for _ in range(2)] == [run["thread_id"]] * 2

    refused = api.post("threads/query", place)

    assert refused.status_code == 429
    assert refused.json()["error"] == {
        "code": "RATE_LIMIT_TOTAL_QPS",
        "message": "QPS超限: expected at most 2 calls in 3600 s",
        "type": "rate_limit_error",
        "param": None,
    }


def test_an_upload_that_is_refused(mock: appbuilder_mock.Running, api: Api) -> None:
    """It is read to its end, or its client would see no answer."""
    mock.script(Rule(match=Match(operation="any"), quota=Quota(1, LONG)))
    content = b"x" * 5_000_000
    assert "id" in upload(api, content)

    refused = send(api, closed(file_part(content, 'name="file"; filename="a.txt"')))

    assert refused.status_code == 429


def test_a_quota_of_the_server() -> None:
    """For all operations, without a scenario; a reset forgets the calls."""
    with (
        appbuilder_mock.running(qps=1, error_form="body") as mock,
        Api(mock.url, mock.token) as api,
    ):
        answers = [api.post("threads", {}).json() for _ in range(20)]  # not 20 seconds long
        assert "id" in answers[0]
        codes = {one["error"]["code"] for one in answers if "error" in one}
        assert codes == {"RATE_LIMIT_TOTAL_QPS"}

        mock.reset()

        assert "id" in api.post("threads", {}).json()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "rules: [{quota: {calls: 0}}]",
            "rules[0].quota.calls: expected a whole number, 1 or more",
        ),
        ("rules: [{quota: {seconds: 1}}]", "rules[0].quota: missing calls"),
        (
            "rules: [{quota: {calls: 1, seconds: 0}}]",
            "rules[0].quota.seconds: expected seconds above",
        ),
        (
            "rules: [{quota: {calls: 1}, reply: 晴}]",
            "a quota refuses calls, so reply cannot happen",
        ),
    ],
)
def test_invalid_quotas_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_scenario(text)

    assert reason in str(refused.value)


def test_no_server_has_a_quota_of_nothing() -> None:
    qps: Any = 0
    with pytest.raises(ValueError, match="expected a whole number, 1 or more"):
        appbuilder_mock.create_app(qps=qps)
