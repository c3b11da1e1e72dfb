"""Answers in every form that is known of the service: what the spec says, what the clients read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import appbuilder_assistants
import pytest
from appbuilder_api.models import ErrorEnvelope

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.responses.wire_samples import (
    BYTES,
    CALLS,
    EVIDENCE,
    FOLDER,
    OPERATIONS,
    SAMPLES,
    Sample,
)

pytestmark = pytest.mark.usefixtures("decoder")

ANSWERS = [sample for sample in SAMPLES if sample.raises is None]
REFUSALS = [sample for sample in SAMPLES if sample.raises]


def named(sample: Sample) -> str:
    return sample.name


def part(value: Any, way: str) -> Any:
    """The value at a path such as `data.0.status`: attributes, keys, list items."""
    for name in way.split("."):
        if isinstance(value, list):
            value = value[int(name)]
        else:
            value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def as_text(value: Any) -> str:
    """JSON text: unlike ==, it distinguishes 1 from True and sees the order of the fields."""
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
def test_the_spec_allows_it(sample: Sample) -> None:
    """The body of a sample fits its operation's schema; the events of a stream fit theirs."""
    assert sample.problems() == []


@pytest.mark.parametrize("sample", ANSWERS, ids=named)
def test_it_is_read_and_comes_back(sample: Sample, harness: ClientHarness, serve: Serve) -> None:
    """Over a socket: every value is where it should be, and nothing that came is lost."""
    server = serve(lambda exchange: exchange.send(sample.on_the_wire) or False)
    client = harness.client("k", server.url, retry=AT_ONCE)

    for call in sample.calls:
        value = call(client)

        assert {way: part(value, way) for way in sample.reads} == sample.reads
        if sample.stream is None:
            assert as_text(value.to_dict()) == as_text(sample.body)
        else:
            sent = [json.loads(data) for name, data in sample.events() if name != "ping"]
            assert as_text([event.to_dict() for event in value]) == as_text(sent)


@pytest.mark.parametrize("sample", REFUSALS, ids=named)
def test_it_is_raised(sample: Sample, harness: ClientHarness, serve: Serve) -> None:
    """The sample is raised as its error, with all details, by each call of the operation."""
    server = serve(lambda exchange: exchange.send(sample.on_the_wire) or False)
    client = harness.client("k", server.url, retry=AT_ONCE)

    for call in sample.calls:
        with pytest.raises(appbuilder_assistants.ApiStatusError) as caught:
            call(client)

        assert type(caught.value).__name__ == sample.raises
        assert {way: part(caught.value, way) for way in sample.reads} == sample.reads
    body = sample.body or json.loads(sample.text)
    assert as_text(ErrorEnvelope.from_dict(body).to_dict()) == as_text(body)


def test_samples_describe_themselves() -> None:
    """The meaning of each, its evidence and its value; each stream belongs to one of them."""
    for sample in SAMPLES:
        assert sample.shows.endswith("."), sample.name
        assert sample.evidence, sample.name
        assert set(sample.evidence) <= EVIDENCE, sample.name
        assert sample.reads, sample.name
    assert {sample.stream for sample in SAMPLES} - {None} == {
        path.name for path in FOLDER.glob("*.sse")
    }


def test_every_operation_has_a_sample() -> None:
    """But for the two that answer with bytes."""
    assert OPERATIONS.keys() - BYTES == CALLS.keys()
    assert {sample.operation for sample in ANSWERS} == CALLS.keys()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("run-raw-june-2024", {"status": 5}),
        ("run-raw-october-2024", {"final_answer": {"message": {"content": "text"}}}),
        ("step-queried", {"last_error": 0}),
        ("error-under-200", {"error": {"message": "no code"}}),
        ("list-empty-null-ids", {"has_more": None}),
    ],
)
def test_a_wrong_sample_is_seen(name: str, change: dict[str, Any]) -> None:
    """The first test above can fail."""
    (sample,) = (one for one in SAMPLES if one.name == name)

    assert replace(sample, body={**sample.body, **change}).problems() != []
