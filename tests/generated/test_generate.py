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
import yaml
from appbuilder_mock.pages.python_call import TAKEN, python_name

from scripts.generator_limits import problems
from tests.generated.spec import ROOT, SPEC

# Each runs the generator.
pytestmark = pytest.mark.slow

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


REF = {"$ref": "#/components/schemas/LastError"}
OTHER = {"$ref": "#/components/schemas/ToolOutput"}
TEXT = {"type": "string"}
SAME: dict[str, Any] = {"type": "a", "message": "乙"}

# The kind of a field, a value it may have, and what it reads as when it is absent.
KINDS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "date": ({**TEXT, "format": "date"}, "2024-06-06", None),
    "time": ({**TEXT, "format": "date-time"}, "2024-06-06T03:45:17Z", None),
    "uuid": ({**TEXT, "format": "uuid"}, "f2b7adae-a7a5-4cd9-80fb-c45a68c0b9e4", None),
    "binary": ({**TEXT, "format": "binary"}, "字", None),
    "day": ({**TEXT, "format": "date", "default": "2024-06-06"}, "2024-06-07", "2024-06-06"),
    "dates": ({"type": "array", "items": {**TEXT, "format": "date"}}, ["2024-06-06"], None),
    "refined": (
        {"allOf": [REF, {"type": "object", "properties": {"x": TEXT}}]},
        {**SAME, "x": "y"},
        None,
    ),
    "both": ({"allOf": [REF, OTHER]}, {**SAME, "tool_call_id": "c", "output": "晴"}, None),
    "texts": ({"type": "array", "items": TEXT, "default": []}, ["甲"], []),
    "given": ({"type": "array", "items": TEXT, "default": ["甲"]}, [], ["甲"]),
    "errors": ({"type": "array", "items": REF, "default": [SAME]}, [], [SAME]),
    "perhaps": ({"type": ["array", "null"], "items": TEXT, "default": ["甲"]}, None, ["甲"]),
    "free": ({"type": "object", "default": {"深": [1]}}, {}, {"深": [1]}),
    "named": (
        {"type": "object", "properties": {"x": TEXT}, "default": {"x": "甲"}},
        {},
        {"x": "甲"},
    ),
    # The advice of the script for each construct that cannot be generated.
    "one": (
        {"type": "object", "properties": {"type": TEXT, "message": TEXT, "output": TEXT}},
        SAME,
        None,
    ),
    "plain": ({"anyOf": [{"type": "object"}, TEXT]}, SAME, None),
    "mixed": ({"type": "array", "items": {"anyOf": [REF, TEXT]}}, [SAME, "甲"], None),
    "anything": ({"type": "array", "items": {}}, [1, "甲", {}], None),
    "words": ({"anyOf": [{**TEXT, "enum": ["甲"]}, {"type": "integer", "enum": [1]}]}, 1, None),
}
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


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        (
            {"oneOf": [REF, OTHER]},
            "properties.内: oneOf of 2 objects (LastError, ToolOutput): what comes does not say",
        ),
        (
            {"type": "array", "items": {"anyOf": [REF, {"type": "null"}, {"type": "object"}]}},
            "properties.内.items: anyOf of 2 objects (LastError, one without a name): what",
        ),
        (
            {"anyOf": [{"anyOf": [{"type": "array", "items": REF}, TEXT]}, {"type": "array"}]},
            "properties.内: anyOf of 2 arrays. Write one array, with anyOf in its items",
        ),
        ({"type": ["array", "null"]}, "properties.内: an array without items. Write `items: {}`"),
        (
            {"enum": ["甲", 1, None]},
            "properties.内: an enum of numbers and texts. Write anyOf with an enum for each type",
        ),
        (
            {"allOf": [REF], "default": SAME},
            "properties.内: a default of an object made by allOf. Leave it out",
        ),
        (
            {"type": "object", "properties": {"x": {"$ref": "other.yaml#/X"}}},
            "properties.内.properties.x: $ref other.yaml#/X: there is no such schema in this file",
        ),
        (
            {"$ref": "#/components/schemas/没有"},
            "properties.内: $ref #/components/schemas/没有: there is no such schema in this file",
        ),
        (
            {"type": "object", "properties": {"class": TEXT, "class_": TEXT}},
            "properties.内: class and class_ are the same attribute, class_, in Python. Leave",
        ),
        (
            {"type": "object", "properties": {"max-items": TEXT, "max_items": TEXT}},
            "properties.内: max-items and max_items are the same attribute, max_items, in Python.",
        ),
        (
            {"type": "object", "properties": {"LastError": REF}},
            "properties.内: the field LastError has the name of a schema, which it would hide",
        ),
    ],
)
def test_constructs_that_cannot_be_generated(field: dict[str, Any], complaint: str) -> None:
    """The construct is named by its place, with advice."""
    schemas = {**SPEC["components"]["schemas"], "Odd": {"properties": {"内": field}}}

    found = problems({"components": {"schemas": schemas}})

    assert any(complaint in problem for problem in found), found


def test_unknown_extensions_and_operations_that_lack_something() -> None:
    """Are named by their places, with the extension that is meant."""
    spec = copy.deepcopy(SPEC)
    operation = spec["paths"]["/v2/threads/query"]["post"]
    operation["x-resourse"] = operation.pop("x-repeatable")
    operation["responses"].pop("200")

    found = "\n".join(problems(spec))

    place = "paths./v2/threads/query.post: "
    assert f"{place}the extension x-resourse is unknown. Did you mean x-resource?" in found
    assert f"{place}an operation without x-repeatable. Write it" in found
    assert f"{place}an operation without a response for 200. Write one" in found


def test_a_syntax_error_is_named_by_its_line(tmp_path: Path) -> None:
    """And nothing is written."""
    spec = tmp_path / "openapi.yaml"
    spec.write_text("openapi: 3.1.0\npaths: {a: [}\n", encoding="utf-8")

    done = run("--spec", spec, "--output", tmp_path / "models")

    assert done.returncode == 1
    assert "line 2, column 13" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "models").exists()


def test_nothing_is_wrong_with_the_spec() -> None:
    """Nor with the kinds above."""
    fields = {name: field for name, (field, *_) in KINDS.items()}
    schemas = {**SPEC["components"]["schemas"], "Kinds": {"properties": fields}}

    assert problems({"components": {"schemas": schemas}}) == []


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
