"""Each stream in tests/wire_samples, recorded and replayed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clients.raw_server import Exchange, answer, raw_server
from tests.clients.responses.wire_samples import SAMPLES, Sample
from tests.mock.recording.sessions import (
    asking,
    events_of,
    recorder,
    replayed,
    run_streamed,
)

STREAMS = [sample for sample in SAMPLES if sample.stream]


@pytest.mark.parametrize("sample", STREAMS, ids=lambda sample: sample.name)
def test_a_sample_survives(sample: Sample, tmp_path: Path) -> None:
    """But for ids, times and pings, which carry nothing; with the fields that this server lacks."""
    file = tmp_path / "session.yaml"

    def script(exchange: Exchange) -> bool | None:
        if exchange.path == "/v2/threads/runs":
            exchange.send(sample.on_the_wire)
            return False
        exchange.send(answer({"id": "x", "object": "x"}))
        return None

    with raw_server(script) as gateway, recorder(file, gateway.url, "token-of-nobody") as api:
        body = {"assistant_id": "asst_1", **asking("你好")}
        recorded = api.http.post("/v2/threads/runs", json={**body, "stream": True})
    with replayed(file) as api:
        body["assistant_id"] = api.assistant()
        if sample.raises:
            again = api.post("threads/runs", {**body, "stream": True})
            assert (again.status_code, again.json()) == (200, json.loads(sample.text))
            assert again.headers["content-type"] == recorded.headers["content-type"]
        else:
            assert run_streamed(api, **body) == list(events_of(sample.text.decode("utf-8")))
    assert recorded.content == sample.text
