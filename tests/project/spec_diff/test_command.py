"""`make spec-diff`: which commit it compares with, the version it asks for, and what it refuses."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.spec_diff.changes import Change, Level
from scripts.spec_diff.revisions import NoBase, Repository
from scripts.spec_diff.verdict import Release, needed_version, refusals

ROOT = Path(__file__).parents[3]
VERSION = "wrapper/appbuilder_assistants/_version.py"
OPERATION = "{post: {operationId: %s, responses: {}}}"
ASKED = "paths:\n  /ask: " + OPERATION % "ask"
RENAMED = "paths:\n  /ask: " + OPERATION % "asked"
MORE = ASKED + "\n  /more: " + OPERATION % "more"
BREAKING_LINE = "- **Breaking:** `ask` 改名为 `asked`.\n"
FILES = {
    "wrapper/appbuilder_assistants/__init__.py": "__all__ = ['errors', 'types']",
    "wrapper/appbuilder_assistants/types.py": "__all__ = ['Json']\nJson = dict",
    "wrapper/appbuilder_assistants/errors.py": "__all__ = []",
    "generated/appbuilder_api/__init__.py": "",
    "CHANGELOG.md": "# Changelog\n",
    "openapi.yaml": ASKED,
}


class Clone:
    """A repository of its own, with one commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        for name, text in FILES.items():
            self.write(name, text)
        self.set_version("0.1.0")
        self.first = self.commit()

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
        command = ["git", "-C", str(self.root), *identity, *arguments]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, "utf-8")

    def set_version(self, version: str, comment: str = "") -> None:
        self.write(VERSION, f'{comment}\n__version__ = "{version}"\n')

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=one more")
        return self.git("rev-parse", "HEAD")

    def base(self, ref: str | None = None) -> str:
        return Repository(self.root).base(ref).commit


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


def test_the_base_is_the_latest_release(clone: Clone) -> None:
    """A release tag, whatever else is tagged, and however often the version changed since."""
    clone.git("tag", "v0.1.0")
    clone.set_version("0.2.0")
    clone.commit()
    clone.git("tag", "vendor")

    assert clone.base() == clone.first


def test_the_base_before_the_first_release(clone: Clone) -> None:
    """The last commit with another version; where there was none, the last to touch the file."""
    clone.commit()
    clone.set_version("0.1.0", "# 版本")
    touched = clone.commit()
    last = clone.commit()

    assert clone.base() == touched
    clone.set_version("0.2.0")
    assert clone.base() == last  # the new version is not committed yet
    clone.commit()
    clone.commit()
    assert clone.base() == last


def test_a_named_base(clone: Clone) -> None:
    """A commit, a tag or a branch; another name is refused, with what to do."""
    clone.commit()
    clone.git("branch", "old", clone.first)

    assert clone.base("old") == clone.base(clone.first[:12]) == clone.first
    with pytest.raises(NoBase, match=r"no commit `v9`.*git fetch --tags.*BASE=<git ref>"):
        clone.base("v9")
    with pytest.raises(NoBase, match="no commit `--all`"):
        clone.base("--all")


def test_no_history_to_compare_with(clone: Clone, tmp_path: Path) -> None:
    """A shallow clone without a release, a folder without git: refused, never taken for equal."""
    clone.commit()
    shallow, plain = tmp_path / "shallow", tmp_path / "plain"
    clone.git("clone", "--quiet", "--depth=1", clone.root.as_uri(), str(shallow))
    shutil.copytree(clone.root, plain, ignore=shutil.ignore_patterns(".git"))

    with pytest.raises(NoBase, match=r"shallow.*git fetch --unshallow --tags"):
        Repository(shallow).base()
    with pytest.raises(NoBase, match="git rev-parse failed"):
        Repository(plain).base()


@pytest.mark.parametrize(
    ("base", "level", "needed"),
    [
        ((0, 3, 1), None, (0, 3, 1)),
        ((0, 3, 1), Level.WORDS, (0, 3, 2)),
        ((0, 3, 1), Level.ADDITION, (0, 3, 2)),
        ((0, 3, 1), Level.BREAKING, (0, 4, 0)),
        ((1, 3, 1), None, (1, 3, 1)),
        ((1, 3, 1), Level.WORDS, (1, 3, 2)),
        ((1, 3, 1), Level.ADDITION, (1, 4, 0)),
        ((1, 3, 1), Level.BREAKING, (2, 0, 0)),
    ],
)
def test_the_version_that_follows(
    base: tuple[int, int, int], level: Level | None, needed: tuple[int, int, int]
) -> None:
    """The worst change decides."""
    changes = [] if level is None else [Change("a", "b", Level.WORDS), Change("c", "d", level)]

    assert needed_version(base, changes) == needed


@pytest.mark.parametrize(
    ("version", "changelog", "problems"),
    [
        ("0.1.9", "", 2),
        ("0.1.9", BREAKING_LINE, 1),
        ("0.2.0", "", 1),
        ("0.2.0", "- a plain line\n", 1),
        ("0.2.0", BREAKING_LINE, 0),
        ("1.0.0", BREAKING_LINE, 0),
    ],
)
def test_requirements_of_a_breaking_change(version: str, changelog: str, problems: int) -> None:
    """The version and a new line that says so; an addition needs neither."""
    base = Release.read('__version__ = "0.1.3"', "- **Breaking:** an older one\n")
    now = Release.read(f'__version__ = "{version}"', base.changelog + changelog)

    assert len(refusals(base, now, [Change("a", "b", Level.BREAKING)])) == problems
    assert refusals(base, now, [Change("a", "b", Level.ADDITION)]) == []


def test_a_tree_without_a_version() -> None:
    """A tree without a version is an error of its own."""
    with pytest.raises(ValueError, match="has no line"):
        Release.read("version = 1", "")


def run(clone: Clone, *arguments: str) -> int:
    pytest.importorskip("griffe", reason="griffe needs Python 3.11")
    from scripts.spec_diff.__main__ import main

    return main(arguments, clone.root)


def test_a_breaking_change_is_listed_and_refused(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    """Listing it is no failure; `--check` refuses it until the version and the changelog say so."""
    clone.write("openapi.yaml", RENAMED)
    assert run(clone) == 0
    listed = capsys.readouterr().out
    assert run(clone, "--check") == 1
    refused = capsys.readouterr().err
    clone.set_version("0.2.0")
    clone.write("CHANGELOG.md", FILES["CHANGELOG.md"] + BREAKING_LINE)

    assert "breaking  POST /ask: the operationId was ask, is asked" in listed
    assert "Version: 0.2.0 or later; _version.py says 0.1.0" in listed
    assert refused.count("Refused: a breaking change") == 2
    assert run(clone, "--check") == 0
    clone.commit()
    assert run(clone, "--check") == 0
    clone.write("CHANGELOG.md", FILES["CHANGELOG.md"])
    assert run(clone, "--check") == 1  # though the version is committed


def test_other_changes_pass(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    """Additions to the spec and to the Python API are listed with the version they ask for."""
    assert run(clone, "--check") == 0
    unchanged = capsys.readouterr().out
    clone.write("openapi.yaml", MORE)
    clone.write(
        "wrapper/appbuilder_assistants/types.py", "__all__ = ['Json', 'X']\nJson = X = dict"
    )

    assert unchanged.count("no change") == 2
    assert "Version: 0.1.0 or later" in unchanged
    assert run(clone, "--check") == 0
    changed = capsys.readouterr().out
    assert "addition  POST /more: more is new" in changed
    assert "addition  types.X: a new attribute" in changed
    assert "Version: 0.1.1 or later" in changed


def test_a_python_name_that_is_gone_is_refused(clone: Clone) -> None:
    """A change that breaks programs need not be in the spec."""
    clone.write("wrapper/appbuilder_assistants/types.py", "__all__ = []")

    assert run(clone, "--check") == 1


def test_nothing_to_compare_with_is_an_error(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    """A commit that is not there, or that holds no package, never passes."""
    clone.git("rm", "--quiet", "-r", "generated")
    without = clone.commit()
    clone.write("generated/appbuilder_api/__init__.py", "")

    assert run(clone, "--check", "v9") == 2
    assert "There is no commit `v9`" in capsys.readouterr().err
    assert run(clone, "--check", without) == 2
    assert "there is no appbuilder_api in wrapper or generated" in capsys.readouterr().err


def test_this_repository_is_checked_in_ci() -> None:
    """CI runs the check, and so does `make check`."""
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert "make spec-diff-check\n" in (ROOT / ".ci/run").read_text("utf-8")
    assert "spec-diff-check" in next(
        line for line in makefile.splitlines() if line.startswith("check:")
    )
