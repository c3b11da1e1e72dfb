"""The check that openapi.yaml is described in English and in Chinese."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.check_descriptions import problems

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))


def test_the_spec_is_described() -> None:
    assert problems(SPEC) == []


def _schema(name: str) -> Callable[[Any], Any]:
    return lambda spec: spec["components"]["schemas"][name]


@pytest.mark.parametrize(
    ("part", "key", "problem"),
    [
        (_schema("Thread"), "description", "expected a description of the schema, got none"),
        (_schema("Thread"), "x-description-zh", "expected a Chinese text in x-description-zh"),
        (
            lambda spec: _schema("Thread")(spec)["properties"]["object"],
            "description",
            "expected a description of the property object, got none",
        ),
        # Its field in six lists has no description of its own.
        (_schema("HasMore"), "description", "RunList: expected a description of the property has_"),
        (
            lambda spec: spec["paths"]["/v2/storage/files"]["post"]["parameters"][0],
            "description",
            "expected a description of the parameter purpose, got none",
        ),
        (
            lambda spec: spec["paths"]["/v2/threads"]["post"],
            "description",
            "expected a description of the operation, got none",
        ),
        (
            lambda spec: spec["paths"]["/v2/threads"]["post"],
            "x-summary-zh",
            "paths//v2/threads/post: expected a Chinese text in x-summary-zh, got None",
        ),
    ],
)
def test_a_missing_description(part: Callable[[Any], Any], key: str, problem: str) -> None:
    spec = copy.deepcopy(SPEC)
    del part(spec)[key]

    assert any(problem in one for one in problems(spec))


def test_english_is_no_chinese() -> None:
    spec = copy.deepcopy(SPEC)
    spec["tags"][0]["x-description-zh"] = "Assistants."

    assert problems(spec) == [
        "tags/0: expected a Chinese text in x-description-zh, got 'Assistants.'"
    ]
