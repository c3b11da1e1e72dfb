"""The sdist and the wheel, as `make build` makes them, each in an otherwise empty environment."""

from __future__ import annotations

import email
import email.policy
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGES = ("appbuilder_api", "appbuilder_assistants", "appbuilder_mock")

IMPORT_EVERYTHING = """
import appbuilder_assistants, appbuilder_api, sys
assert "httpx" not in sys.modules, "imported before it is needed"
for name in appbuilder_assistants.__all__:
    getattr(appbuilder_assistants, name)
for name in appbuilder_assistants.types.__all__:
    getattr(appbuilder_assistants.types, name)
client = appbuilder_assistants.AppBuilder("token")
print(appbuilder_assistants.__file__)
"""

TALK_TO_THE_MOCK = """
import appbuilder_assistants, appbuilder_mock
with appbuilder_mock.running() as server:
    with appbuilder_assistants.AppBuilder(server.token, server.url) as client:
        print(client.assistants.create("秦始皇").name)
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist, which is built from the tree."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    [sdist] = folder.glob("*.tar.gz")
    [wheel] = folder.glob("*.whl")
    assert sdist.name.removesuffix(".tar.gz") == "-".join(wheel.name.split("-")[:2])
    return wheel


def test_the_wheel_holds_the_three_packages_and_the_spec(wheel: Path) -> None:
    """Nothing beside the packages is installed, and each says that it is typed."""
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        spec = archive.read("appbuilder_mock/openapi.yaml")

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert spec == (ROOT / "openapi.yaml").read_bytes()
    assert {name.rpartition("/")[2] for name in names} >= {"LICENSE", "NOTICE"}


def test_the_metadata_works_outside_the_repository(wheel: Path) -> None:
    """Every link of the README that an index or `pip show` presents is absolute."""
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = email.message_from_bytes(archive.read(name), policy=email.policy.default)

    links = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    assert len(links) > 20
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    assert "Repository" in str(metadata["Project-URL"])


def test_the_sdist_is_the_whole_project(wheel: Path) -> None:
    """A distributor has the documentation, the examples and the tests, too."""
    [sdist] = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"docs/files.md", "examples/run.ipynb", "Makefile", "tests/conftest.py"} <= names


def test_httpx_and_attrs_are_enough_for_the_client(wheel: Path, tmp_path: Path) -> None:
    """Everything public can be imported without the mock's packages, from the wheel alone."""
    python = clean_environment(tmp_path, wheel, extra="")

    where = run(python, "-I", "-c", IMPORT_EVERYTHING)
    no_mock = subprocess.run([python, "-I", "-c", "import starlette"], capture_output=True)

    assert Path(where.strip()).is_relative_to(tmp_path)
    assert b"ModuleNotFoundError" in no_mock.stderr


def test_the_extra_brings_the_mock_server(wheel: Path, tmp_path: Path) -> None:
    """With [mock], the installed client talks to the installed server."""
    python = clean_environment(tmp_path, wheel, extra="mock")

    assert run(python, "-I", "-X", "utf8", "-c", TALK_TO_THE_MOCK) == "秦始皇\n"


def clean_environment(folder: Path, wheel: Path, extra: str) -> str:
    """The Python of a new environment that holds the wheel and what its metadata asks for.

    Its requirements are copied from this environment, from its lock: no network is needed.
    """
    venv.create(folder, symlinks=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    run(*pip, "install", "--no-deps", "--no-index", str(wheel))
    [site] = folder.glob("lib/python*/site-packages")
    [installed] = importlib.metadata.distributions(name="appbuilder-assistants", path=[str(site)])
    for needed in closure(installed, {extra}):
        copy(needed, site)
    assert "No broken requirements found" in run(*pip, "check")
    return python


def closure(
    distribution: importlib.metadata.Distribution, extras: set[str]
) -> Iterator[importlib.metadata.Distribution]:
    """The distributions of this environment that one needs, whatever they need included."""
    todo = [(distribution, extra) for extra in extras | {""}]
    seen = set(todo)
    for asking, extra in todo:
        if asking is not distribution and not extra:
            yield asking
        for requirement in map(Requirement, asking.requires or ()):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            needed = importlib.metadata.distribution(requirement.name)
            for item in [(needed, extra) for extra in {"", *requirement.extras}]:
                if item not in seen:
                    seen.add(item)
                    todo.append(item)


def copy(distribution: importlib.metadata.Distribution, site: Path) -> None:
    """Put an installed distribution's modules, and the record that it is installed, in `site`."""
    for file in distribution.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)


def run(*command: str) -> str:
    """The output of a command; a failure shows all of it."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
