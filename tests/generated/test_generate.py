"""`make generate` and `make generate-check`: same in, same out; spec in, client out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.generated.spec import ROOT, SPEC

pytest.importorskip("openapi_python_client", reason="not here: the generator needs Python 3.11")

COMMITTED = ROOT / "generated" / "appbuilder_api"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The script's exit code and what it printed."""
    command = [sys.executable, ROOT / "scripts" / "generate.py", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT.parent)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def spec_file(folder: Path, spec: Any) -> Path:
    """The spec as a file."""
    path = folder / "openapi.yaml"
    path.write_text(yaml.safe_dump(spec, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_same_bytes(tmp_path: Path) -> None:
    """Generating twice, over an older package, gives the same files and no others."""
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    (second / "left_over.py").touch()

    for folder in (first, second):
        done = run("--output", folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    assert contents(first) == contents(second)


def test_check_is_content_with_what_is_committed() -> None:
    """The committed package is what the spec and the templates give."""
    done = run("--check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_check_shows_every_difference(tmp_path: Path) -> None:
    """A changed, an extra and a missing file, and what to do about them."""
    copy = tmp_path / "appbuilder_api"
    shutil.copytree(COMMITTED, copy, ignore=shutil.ignore_patterns("__pycache__"))
    changed = copy / "models" / "thread.py"
    changed.write_text(changed.read_text("utf-8").replace("created_at: int", "created_at: str"))
    (copy / "models" / "thread_extra.py").touch()
    (copy / "models" / "message.py").unlink()
    before = contents(copy)

    done = run("--check", "--output", copy)

    assert done.returncode == 1
    assert "-    created_at: str\n+    created_at: int\n" in done.stdout
    assert "extra file: models/thread_extra.py\n" in done.stdout
    assert "missing file: models/message.py\n" in done.stdout
    assert "run make generate" in done.stdout
    assert contents(copy) == before


def test_a_field_in_the_spec_is_a_field_in_the_client(tmp_path: Path) -> None:
    """One added field is an attribute: typed, with its default, under its own name."""
    run_result = SPEC["components"]["schemas"]["RunResult"]
    fields = {**run_result["properties"], "优先级": {"type": "integer", "default": 3}}
    fields["class"] = {"type": ["string", "null"]}
    schemas = {**SPEC["components"]["schemas"], "RunResult": {**run_result, "properties": fields}}
    spec = {**SPEC, "components": {**SPEC["components"], "schemas": schemas}}

    done = run("--spec", spec_file(tmp_path, spec), "--output", tmp_path / "appbuilder_api")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "appbuilder_api" / "models" / "run_result.py").read_text("utf-8")
    assert "    优先级: int = 3\n" in text
    assert "    class_: str | None = None\n" in text
    code = (
        "from appbuilder_api.models import RunResult\n"
        "given = dict.fromkeys(['id', 'object', 'assistant_id', 'thread_id', 'status'], '')\n"
        "given |= {'created_at': 0, 'class': '甲'}\n"
        "run = RunResult.from_dict(given)\n"
        "assert (run.优先级, run.class_) == (3, '甲')\n"
        "assert run.to_dict() == given\n"
        "run.优先级 = 0\n"
        "assert run.to_dict()['优先级'] == 0\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        (
            {
                "oneOf": [
                    {"$ref": "#/components/schemas/Thread"},
                    {"$ref": "#/components/schemas/Message"},
                ]
            },
            "two_models_in_one_union_cannot_be_told_apart",
        ),
        ({"type": "string", "format": "date"}, "has_no_rule_for_this_kind_of_property"),
        ({"type": "array"}, "type array must have items"),
    ],
)
def test_what_cannot_be_generated_is_refused(
    field: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    """The script says what is wrong and writes nothing, rather than a package with a gap."""
    odd = {"type": "object", "properties": {"odd": field}}
    schemas = {**SPEC["components"]["schemas"], "Odd": odd}
    spec = {**SPEC, "components": {**SPEC["components"], "schemas": schemas}}

    done = run("--spec", spec_file(tmp_path, spec), "--output", tmp_path / "appbuilder_api")

    assert done.returncode == 1
    assert complaint in done.stderr
    assert not (tmp_path / "appbuilder_api").exists()
