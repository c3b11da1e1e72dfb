"""Specs that `make generate` refuses: nothing is written."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.generated.generator import run, spec_file
from tests.generated.spec import SPEC

# Each runs the generator.
pytestmark = pytest.mark.slow

pytest.importorskip("openapi_python_client", reason="not here: the generator needs Python 3.11")


def test_a_syntax_error_is_named_by_its_line(tmp_path: Path) -> None:
    """And nothing is written."""
    spec = tmp_path / "openapi.yaml"
    spec.write_text("openapi: 3.1.0\npaths: {a: [}\n", encoding="utf-8")

    done = run("--spec", spec, "--output", tmp_path / "models")

    assert done.returncode == 1
    assert "line 2, column 13" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "components: {schemas: {Odd: {properties: {内: {type: array}}}}}",
            "components.schemas.Odd.properties.内: an array without items",
        ),
        ("components: {", "openapi.yaml: while parsing a flow"),
    ],
)
def test_nothing_is_written_of_a_spec_with_problems(
    text: str, complaint: str, tmp_path: Path
) -> None:
    """The script says what is wrong, in a few lines, rather than write a package with a gap."""
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")

    done = run("--spec", path, "--output", tmp_path / "appbuilder_api")

    assert done.returncode == 1
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) < 10
    assert not (tmp_path / "appbuilder_api").exists()


QUERY = {"name": "limit", "in": "query", "required": True, "schema": {"enum": ["1"]}}


@pytest.mark.parametrize(
    ("path", "change", "complaint"),
    [
        ("/v2/threads", {"requestBody": None}, "anoperationwithoutrequestBody"),
        ("/v2/threads", {"parameters": [QUERY]}, "parameters_only_beside_a_multipart_body"),
        (
            "/v2/storage/files",
            {"parameters": [{**QUERY, "schema": {"type": "integer"}}]},
            "only_query_parameters_that_are_texts",
        ),
        ("/v2/storage/files", {"parameters": [{**QUERY, "in": "header"}]}, "only_query_parameters"),
    ],
)
def test_operations_that_cannot_be_generated_are_refused(
    path: str, change: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    """Nothing of an operation is left out silently."""
    spec = copy.deepcopy(SPEC)
    operation = {**spec["paths"][path]["post"], **change}
    spec["paths"][path]["post"] = {k: v for k, v in operation.items() if v is not None}

    done = run("--spec", spec_file(tmp_path, spec), "--output", tmp_path / "appbuilder_api")

    assert done.returncode == 1
    assert complaint in words(done.stderr)


@pytest.mark.parametrize(
    ("part", "required"),
    [({"type": "string", "format": "binary"}, ["file"]), ({"type": "string"}, ["file", "odd"])],
)
def test_parts_that_cannot_be_generated_are_refused(
    part: dict[str, Any], required: list[str], tmp_path: Path
) -> None:
    """A part that may be absent, and one that is text."""
    spec = copy.deepcopy(SPEC)
    body = spec["components"]["schemas"]["CreateFileRequest"]
    body["properties"]["odd"] = part
    body["required"] = required

    done = run("--spec", spec_file(tmp_path, spec), "--output", tmp_path / "appbuilder_api")

    assert done.returncode == 1
    assert "only_required_binary_parts" in words(done.stderr)


def words(text: str) -> str:
    """The text without the breaks and frames of a traceback in a box."""
    return "".join(text.replace("│", "").split())
