"""Prism serves the examples of openapi.yaml."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml

from tests.generators.conftest import NODE, PACKAGES, SPEC

DOCUMENT: dict[str, Any] = yaml.safe_load(SPEC.read_text("utf-8"))
STREAM = "text/event-stream"


@pytest.fixture(scope="module")
def prism() -> Iterator[httpx.Client]:
    program = PACKAGES / "@stoplight" / "prism-cli" / "dist" / "index.js"
    with subprocess.Popen(
        [*NODE, str(program), "mock", "--port", "0", str(SPEC)],
        env={"PATH": "", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            assert process.stdout is not None
            output = ""
            for line in process.stdout:
                output += line
                if found := re.search(r"listening on (http://\S+)", line):
                    break
            else:
                pytest.fail(f"Prism did not start: {output}")
            with httpx.Client(
                base_url=found[1], headers={"Authorization": "Bearer t"}, timeout=60
            ) as client:
                yield client
        finally:
            process.terminate()


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    place: Any = part
    if "$ref" in part:
        place = DOCUMENT
        for key in part["$ref"].removeprefix("#/").split("/"):
            place = place[key]
    found: dict[str, Any] = place
    return found


def answers() -> Iterator[Any]:
    """Each example of a success, with the request that asks for it."""
    for path, item in DOCUMENT["paths"].items():
        operation = item["post"]
        request = operation["requestBody"]["content"].get("application/json", {})
        content = resolved(operation["responses"]["200"])["content"]
        for media_type, media in content.items():
            for name, example in media.get("examples", {}).items():
                if request:
                    bodies = [one["value"] for one in request["examples"].values()]
                    id_ = f"{operation['operationId']}-{name}"
                    yield pytest.param(path, bodies[0], media_type, name, example["value"], id=id_)


@pytest.mark.parametrize(("path", "body", "media_type", "name", "value"), list(answers()))
def test_an_example_is_served(
    prism: httpx.Client, path: str, body: Any, media_type: str, name: str, value: Any
) -> None:
    """Streams, too: the one that is a text comes as it stands."""
    headers = {"Accept": media_type, "Prefer": f"example={name}"}

    answer = prism.post(path, json=body, headers=headers)

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == media_type
    if media_type == STREAM:
        assert answer.text.endswith("\n\n")  # else its last event would not count
        assert answer.text.strip() == value.strip()
    else:
        assert answer.json() == value


def test_the_stream_is_served() -> None:
    """One of the examples above is that of a stream."""
    assert [one.id for one in answers() if STREAM in one.values] == ["createRun-plain"]


def test_a_wrong_request_is_refused(prism: httpx.Client) -> None:
    """So the requests above were looked at."""
    answer = prism.post("/v2/assistants", json={"name": "两 个词"})

    assert answer.status_code in (400, 422)
