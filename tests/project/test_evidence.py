"""Each fact of openapi.yaml has a mark, and the tests in its table exist."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from scripts.evidence.check import problems
from scripts.evidence.crossings import crossings
from scripts.evidence.facts import facts
from scripts.evidence.table import table
from scripts.evidence.tests import every_crossing, known_tests

ROOT = Path(__file__).resolve().parents[2]
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))


def changed(place: str, **keywords: Any) -> dict[str, Any]:
    """The document with these keywords at a place; None takes one away."""
    document = copy.deepcopy(SPEC)
    part: Any = document
    for key in place.split():
        part = part[int(key)] if isinstance(part, list) else part[key]
    for key, value in keywords.items():
        part.pop(key.replace("_", "-"), None)
        if value is not None:
            part[key.replace("_", "-")] = value
    return document


def test_every_fact_has_a_mark() -> None:
    """And no mark stands for nothing."""
    assert problems(SPEC) == []
    assert len(facts(SPEC)) > 500


NEW_FACTS = {
    "a limit": (
        changed("components schemas Thread properties id", maxLength=40),
        "Thread.id/maxLength",
    ),
    "a required field": (
        changed("components schemas GivenId", required=["x"]),
        "GivenId.x/required",
    ),
    "a word": (
        changed("components schemas Thread properties id", enum=["a"]),
        "Thread.id/a",
    ),
    "a default": (
        changed("components schemas Thread properties metadata", default={}),
        "Thread.metadata/default",
    ),
    "a constant": (
        changed("components schemas Thread properties object", const="thread"),
        "Thread.object/const",
    ),
    "a unit": (
        changed("components schemas File properties bytes", x_unit="bytes", x_evidence=None),
        None,  # the file's own mark for units stands above it
    ),
    "a server's default": (
        changed("components schemas CreateRunRequest properties model", x_default="m"),
        "CreateRunRequest.model/x-default",
    ),
    "an order": (changed("paths /v2/threads/query post", x_order="newest first"), "queryThread/x"),
    "a number in words": (
        changed("components schemas Thread properties id", description="At most 40 digits."),
        "Thread.id/description",
    ),
    "a unit in words": (
        changed("components schemas File properties bytes", description="In seconds."),
        "File.bytes/description",
    ),
    "an order in words": (
        changed("paths /v2/threads/query post", description="Oldest first, oldest first."),
        "queryThread/description",
    ),
    "an unknown mark": (
        changed("components schemas GivenId", x_evidence={"minLength": "heard"}),
        "GivenId/minLength: expected one of the marks",
    ),
    "a list of marks is for no limit": (
        changed("components schemas GivenId", x_evidence=["sdk"]),
        "GivenId/minLength",
    ),
    "a mark without a fact": (
        changed("components schemas GivenId", x_evidence={"minLength": "sdk", "maximum": "sdk"}),
        "a mark for 'maximum', which is not in it",
    ),
    "a mark for a word that is not there": (
        changed(
            "components schemas MessageRole", x_evidence={"enum": {"他": "sdk", "others": "sdk"}}
        ),
        "marks '他' of 'enum'",
    ),
    "a wrong key": (
        changed("components schemas GivenId", x_evidence={"minLength": "sdk", "minlength": "sdk"}),
        "has no key 'minlength'",
    ),
    "a shared answer without one": (
        changed("components responses Conflict", x_evidence=None),
        None,  # the operation's own marks are nearer than nothing
    ),
}


@pytest.mark.parametrize("case", NEW_FACTS)
def test_a_new_fact_needs_a_mark(case: str) -> None:
    document, complaint = NEW_FACTS[case]

    found = problems(document)

    if complaint is None:
        assert found == []
    else:
        assert [one for one in found if complaint in one], found


def test_the_table_names_the_tests_of_a_fact() -> None:
    """A mark, its source and a test; and where nothing tests a fact, that."""
    lines = list(table(SPEC))

    [unit] = [line for line in lines if "`File.create_at/x-unit`" in line]
    assert "| rec, doc |" in unit
    assert "timestamps.py::times_have_their_unit" in unit
    [censored] = [line for line in lines if "`File.censored/description`" in line]
    assert "nothing tests it" in censored


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the contract tests need Python 3.11")
def test_the_tests_of_the_table_are_there() -> None:
    """Every name is one that pytest collects, or a function of the file."""
    names = {name for tests in known_tests(SPEC, facts(SPEC)).values() for name in tests}
    files = {name.partition("::")[0] for name in names if "[" in name}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *files], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    collected = set(done.stdout.splitlines())

    for name in names:
        file, _, test = name.partition("::")
        if "[" in name:
            assert name in collected, f"{name}: {done.stdout[-500:]} {done.stderr[-500:]}"
        elif test:
            assert re.search(rf"^def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_each_request_breaks_one_fact() -> None:
    """Without that fact the schema lets the request through, and with it not."""
    made = list(every_crossing(SPEC))
    assert len(made) > 150

    for one in made:
        assert broken(SPEC, one.operation_id, one.body), one
        place, _, keyword = one.fact.rpartition("/")
        if one.fact == "AssistantName/minLength":  # its pattern takes no empty name either
            continue
        assert not broken(without(place, keyword), one.operation_id, one.body), one


def broken(document: dict[str, Any], operation_id: str, body: Any) -> list[str]:
    [schema] = [
        item["post"]["requestBody"]["content"]["application/json"]["schema"]
        for item in document["paths"].values()
        if item["post"]["operationId"] == operation_id
    ]
    whole = {"components": document["components"], **schema}
    return [one.message for one in jsonschema_rs.Draft202012Validator(whole).iter_errors(body)]


def without(place: str, keyword: str) -> dict[str, Any]:
    """The document without one fact, by the facts' own ids: whatever has that id is taken away."""
    document = copy.deepcopy(SPEC)

    def look(schema: Any, id_: str) -> None:
        if not isinstance(schema, dict):
            return
        if id_ == place:
            schema.pop(keyword, None)
            if keyword in schema.get("enum", ()):
                del schema["enum"]
        if keyword == "required" and place.startswith(f"{id_}."):
            name = place.removeprefix(f"{id_}.")
            if name in schema.get("required", ()):
                schema["required"] = [one for one in schema["required"] if one != name]
        for name, field in schema.get("properties", {}).items():
            look(field, f"{id_}.{name}")
        look(schema.get("items"), f"{id_}[]")
        look(schema.get("additionalProperties"), f"{id_}.*")
        look(schema.get("propertyNames"), f"{id_}.*~")
        for one in schema.get("oneOf", ()):
            look(one, id_)

    for name, schema in document["components"]["schemas"].items():
        look(schema, name)
    return document


def test_crossings_keep_the_rest_of_the_body() -> None:
    """Requests are about the test's own objects."""
    base = {"thread_id": "t", "limit": 5}

    for one in crossings(SPEC, "listMessages", base):
        if one.fact != "ListMessagesRequest.thread_id/required" and "GivenId" not in one.fact:
            assert one.body["thread_id"] == "t"
