"""Durations, as OpenTelemetry's own SDK measures them."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import NotFoundError
from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.clients.telemetry.spans import PROVIDER, WAYS
from tests.clients.tools import QUESTION, asks, get_weather, rounds


def measured(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    """The points of each histogram."""
    data = reader.get_metrics_data()
    return {
        metric.name: list(metric.data.data_points)
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


@pytest.mark.parametrize("way", WAYS)
def test_durations_are_measured(
    harness: ClientHarness, server: appbuilder_mock.Running, way: str
) -> None:
    """One for the agent that is made, one for the run, one for each function; in seconds."""
    server.script(rounds(asks("北京", "上海")))
    reader = InMemoryMetricReader()
    hook = OpenTelemetry(PROVIDER, meter_provider=MeterProvider([reader]))
    client = harness.client(server.token, server.url, retry=AT_ONCE, event_hooks=[hook])
    assistant = client.assistants.create("a", model="ERNIE")

    WAYS[way](client.threads.runs, assistant.id, thread=QUESTION, tools=[get_weather])

    found = measured(reader)
    by_operation = {
        point.attributes["gen_ai.operation.name"]: point
        for point in found["gen_ai.client.operation.duration"]
    }
    assert set(by_operation) == {"create_agent", "invoke_agent"}
    run = by_operation["invoke_agent"]
    assert run.count == 1
    assert 0 < run.sum < 60
    assert list(run.explicit_bounds[:3]) == [0.01, 0.02, 0.04]
    assert run.attributes["gen_ai.provider.name"] == "baidu.appbuilder"
    assert run.attributes["server.address"] == "127.0.0.1"
    assert by_operation["create_agent"].attributes["gen_ai.request.model"] == "ERNIE"
    [tools] = found["gen_ai.execute_tool.duration"]
    assert (tools.count, tools.attributes["gen_ai.tool.name"]) == (2, "get_weather")
    chunks = found.get("gen_ai.client.operation.time_to_first_chunk", [])
    assert [point.count for point in chunks] == ([] if way == "in one call" else [1])
    for point in chunks:
        assert 0 < point.sum <= run.sum
        assert point.attributes["gen_ai.operation.name"] == "invoke_agent"


def test_a_failure_is_measured(harness: ClientHarness, serve: Serve) -> None:
    """With its kind; a call that is no operation of a model's is not measured."""
    server = serve(lambda exchange: exchange.send(answer({}, "404 Not Found")))
    reader = InMemoryMetricReader()
    hook = OpenTelemetry(PROVIDER, meter_provider=MeterProvider([reader]))
    client = harness.client("secret-key", server.url, event_hooks=[hook])

    for call in (lambda: client.threads.query("t"), lambda: client.threads.runs.run("a", "t")):
        with pytest.raises(NotFoundError):
            call()

    [point] = measured(reader)["gen_ai.client.operation.duration"]
    assert (point.count, point.attributes["error.type"]) == (1, "NotFoundError")
