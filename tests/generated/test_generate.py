"""`make generate` and `make generate-check`: same in, same out; spec in, client out."""

from __future__ import annotations

import copy
import keyword
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from appbuilder_mock.pages.python_call import TAKEN, python_name

from tests.generated.generator import contents, run, spec_file
from tests.generated.kinds import KINDS, TEXT
from tests.generated.spec import ROOT, SPEC

# Each runs the generator.
pytestmark = pytest.mark.slow

pytest.importorskip("openapi_python_client", reason="not here: the generator needs Python 3.11")

COMMITTED = ROOT / "generated" / "appbuilder_api"


def test_same_bytes(tmp_path: Path) -> None:
    """Generating twice, over an older package, gives the same files and no others."""
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    (second / "left_over.py").touch()

    for folder in (first, second):
        done = run("--output", folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    assert contents(first) == contents(second)


def test_check_passes_for_the_committed_files() -> None:
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


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package from a spec with new fields, a new part, a new parameter."""
    folder = tmp_path_factory.mktemp("changed")
    spec = copy.deepcopy(SPEC)
    schemas, responses = spec["components"]["schemas"], spec["components"]["responses"]
    schemas["RunResult"]["properties"] |= {
        "优先级": {"type": "integer", "default": 3},
        "class": {"type": ["string", "null"]},
    }
    schemas["ListFilesRequest"]["properties"]["limit"] = {"$ref": "#/components/schemas/PageLimit"}
    schemas["CreateFileRequest"]["properties"]["封面"] = {"type": "string", "format": "binary"}
    schemas["CreateFileRequest"]["required"].append("封面")
    spec["paths"]["/v2/storage/files"]["post"]["parameters"].append(
        {"name": "class", "in": "query", "required": True, "schema": {"enum": ["甲", "乙"]}}
    )
    binary = {"schema": {"type": "string", "format": "binary"}}
    responses["Bytes"] = {"description": "Any bytes.", "content": {"*/*": binary}}
    content = spec["paths"]["/v2/storage/files/content"]["post"]
    content["responses"]["200"] = {"$ref": "#/components/responses/Bytes"}

    done = run("--spec", spec_file(folder, spec), "--output", folder / "appbuilder_api")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def run_code(folder: Path, code: str) -> None:
    """Run it where the package in the folder is found first."""
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)


def test_a_field_in_the_spec_is_a_field_in_the_client(changed: Path) -> None:
    """An added field is an attribute: typed, with its default, under its own name."""
    text = (changed / "appbuilder_api" / "models" / "run_result.py").read_text("utf-8")
    assert "    优先级: int = 3\n" in text
    assert "    class_: str | None = None\n" in text
    run_code(
        changed,
        "from appbuilder_api.models import RunResult\n"
        "given = dict.fromkeys(['id', 'object', 'assistant_id', 'thread_id', 'status'], '')\n"
        "given |= {'created_at': 0, 'class': '甲'}\n"
        "run = RunResult.from_dict(given)\n"
        "assert (run.优先级, run.class_) == (3, '甲')\n"
        "assert run.to_dict() == given\n"
        "run.优先级 = 0\n"
        "assert run.to_dict()['优先级'] == 0\n",
    )


def test_only_objects_are_written(changed: Path) -> None:
    """No operation and no multipart body: the wrapper's `_operations` sends requests."""
    folder = changed / "appbuilder_api"
    assert {one.name for one in folder.iterdir()} - {"__pycache__"} == {
        *("__init__.py", "models", "py.typed", "types.py")
    }
    assert "CreateFileRequest" not in (folder / "models" / "__init__.py").read_text("utf-8")


# Names that are another one in Python.
RENAMED = [*sorted(TAKEN), *keyword.kwlist, "max-items", "_id", "2nd"]


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package from a spec with fields of these kinds."""
    folder = tmp_path_factory.mktemp("kinds")
    spec = copy.deepcopy(SPEC)
    fields = {name: field for name, (field, *_) in KINDS.items()}
    names: dict[str, Any] = {name: {**TEXT, "default": "甲"} for name in RENAMED}
    names["list"] = {"type": "array", "items": TEXT, "default": []}
    spec["components"]["schemas"] |= {
        "Kinds": {"type": "object", "properties": fields},
        "Names": {"type": "object", "properties": {**names, "last": names["list"]}},
    }

    done = run("--spec", spec_file(folder, spec), "--output", folder / "appbuilder_api")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_every_kind_is_read_and_written_back(kinds: Path) -> None:
    """Present, null and absent fields are unchanged; lists are never shared."""
    cases = {name: (value, absent) for name, (_, value, absent) in KINDS.items()}
    run_code(
        kinds,
        f"cases = {cases!r}\n"
        "import copy, pickle\n"
        "from appbuilder_api.models import Kinds\n"
        "given = {name: value for name, (value, _) in cases.items()}\n"
        "for came in (given, dict.fromkeys(given), {}):\n"
        "    value = Kinds.from_dict(came)\n"
        "    assert value.to_dict() == came, (value.to_dict(), came)\n"
        "    assert copy.deepcopy(value).to_dict() == came\n"
        "    assert pickle.loads(pickle.dumps(value)).to_dict() == came\n"
        "for made in (Kinds, lambda: Kinds.from_dict({})):\n"
        "    first, second = made(), made()\n"
        "    for name, (_, absent) in cases.items():\n"
        "        one, two = getattr(first, name), getattr(second, name)\n"
        "        assert first.model_dump()[name] == absent, (name, one)\n"
        "        assert one is not two or not isinstance(one, (list, dict)), name\n"
        "    first.texts.append('甲'); first.free['深'].append(2); first.named.x = '乙'\n"
        "    assert second.model_dump() == made().model_dump()\n"
        "    assert first.to_dict() == {\n"
        "        'texts': ['甲'], 'free': {'深': [1, 2]}, 'named': {'x': '乙'}\n"
        "    }\n",
    )


def test_names_that_python_needs(kinds: Path) -> None:
    """Are other ones in Python, by the rule that parameters have; on the wire they stay."""
    given: dict[str, object] = dict.fromkeys(RENAMED, "乙") | {"list": ["丙"], "last": ["丁"]}
    attributes = {name: python_name(name) for name in given}
    run_code(
        kinds,
        "from appbuilder_api.models import Names\n"
        f"given, attributes = {given!r}, {attributes!r}\n"
        "names = Names.from_dict(given)\n"
        "for name, attribute in attributes.items():\n"
        "    assert getattr(names, attribute) == given[name], name\n"
        "made = Names(**{attributes[name]: value for name, value in given.items()})\n"
        "assert made == names and made.to_dict() == names.to_dict() == given\n",
    )
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--no-incremental", "appbuilder_api/models/names.py"],
        cwd=kinds,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_kinds(kinds: Path) -> None:
    """A text on the wire is a text; defaults that are lists or objects are never shared."""
    text = (kinds / "appbuilder_api" / "models" / "kinds.py").read_text("utf-8")

    assert '    day: str = "2024-06-06"\n' in text
    assert "    refined: KindsRefined | None = None\n" in text
    assert '    given: list[str] = field(factory=lambda: ["甲"])\n' in text
    assert "    dates: list[str] | None = None\n" in text
