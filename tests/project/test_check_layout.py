"""`make lint` holds the sizes of folders and modules, class names and packages' docstrings."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.check_layout import GENERATED, MAX_LINES, MAX_MODULES, ONLY_LINES, problems

DESCRIBED = '"""Back-off.\n\nOffers `Policy`, which says how long to wait.\n"""\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a distribution in which no rule is broken."""
    folder = tmp_path / "wrapper" / "appbuilder_assistants" / "_retry"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(DESCRIBED)
    for number in range(MAX_MODULES):
        (folder / f"module_{number}.py").write_text(f"class Name{number}: ...\n")
    (folder / "module_0.py").write_text("#\n" * MAX_LINES)
    (folder / "module_1.py").write_text(f"{GENERATED.decode()}\n" + "#\n" * MAX_LINES)
    assert problems(tmp_path) == []
    return folder


def test_one_module_too_many(folder: Path, tmp_path: Path) -> None:
    (folder / "another.py").touch()

    [problem] = problems(tmp_path)

    assert problem.startswith("wrapper/appbuilder_assistants/_retry: 13 modules; at most 12")


def test_any_number_of_test_modules(folder: Path, tmp_path: Path) -> None:
    for number in range(MAX_MODULES + 1):
        (folder / f"test_{number}.py").touch()

    assert problems(tmp_path) == []


def test_one_line_too_many(folder: Path, tmp_path: Path) -> None:
    (folder / "module_0.py").write_text("#\n" * (MAX_LINES + 1))

    [problem] = problems(tmp_path)

    assert problem.startswith("wrapper/appbuilder_assistants/_retry/module_0.py: 301 lines")


@pytest.mark.parametrize("place", ONLY_LINES)
def test_one_line_too_many_in_other_folders(tmp_path: Path, place: str) -> None:
    module = tmp_path / place / "runs" / "test_module.py"
    module.parent.mkdir(parents=True)
    module.write_text("class Name1: ...\n" * MAX_LINES)
    assert problems(tmp_path) == []
    module.write_text("#\n" * (MAX_LINES + 1))

    [problem] = problems(tmp_path)

    assert problem.startswith(f"{place}/runs/test_module.py: 301 lines")


def test_two_classes_of_one_name(folder: Path, tmp_path: Path) -> None:
    (folder / "module_0.py").write_text("class Policy: ...\n")
    (folder / "module_1.py").write_text("\nclass Policy: ...\n")

    [problem] = problems(tmp_path)

    place = "wrapper/appbuilder_assistants/_retry/module_"
    assert problem.startswith(f"{place}1.py:2: a second class Policy, after {place}0.py:1")


def test_a_name_may_occur_in_each_distribution_and_in_written_files(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "module_0.py").write_text("class Policy: ...\n")
    for other in ("mock_server/appbuilder_mock", "wrapper/appbuilder_assistants/_sync"):
        (tmp_path / other).mkdir(parents=True)
        (tmp_path / other / "policy.py").write_text("class Policy: ...\n")

    assert problems(tmp_path) == []


@pytest.mark.parametrize("text", ["", '"""Back-off."""\n'])
def test_a_package_that_does_not_describe_itself(folder: Path, tmp_path: Path, text: str) -> None:
    (folder / "__init__.py").write_text(text)

    [problem] = problems(tmp_path)

    assert problem.startswith(
        "wrapper/appbuilder_assistants/_retry/__init__.py: say in a docstring"
    )
