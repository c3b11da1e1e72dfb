"""The examples of the READMEs and guides run, print what is shown, and are the same in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.doc_outputs import Example, comparable, examples, output_of, pages

ROOT = Path(__file__).parents[2]

# Configuration files and fragments; tests/project/test_example_app.py runs what can be run.
NOT_PROGRAMS = ("architecture.md", "contract-testing.md", "scenarios.md", "testing-your-app.md")

EXAMPLES = [
    pytest.param(example, id=f"{path.name}-{number}")
    for path, _ in pages()
    if path.name not in NOT_PROGRAMS
    for number, example in enumerate(examples(path), start=1)
]
TRANSLATED = [
    pytest.param(english, chinese, id=chinese.name) for english, chinese in pages() if chinese
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_prints_the_shown_output(example: Example) -> None:
    """A reader who copies it sees the same output, but for ids and times."""
    output = output_of(example.code)

    assert output.strip()
    if example.output is not None:
        assert comparable(output) == comparable(example.output)


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED)
def test_both_languages_show_the_same_examples(english: Path, chinese: Path) -> None:
    """`make doc-outputs` copies the examples of the English page into the Chinese one."""
    assert examples(english)
    assert examples(chinese) == examples(english)


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED)
def test_both_languages_have_the_same_parts(english: Path, chinese: Path) -> None:
    """Headings, items of lists and rows of tables correspond, with the same code in each row."""
    assert outline(chinese) == outline(english)


def outline(path: Path) -> list[tuple[str, int, set[str]]]:
    """The marks of headings, items and rows; of a row and a heading the bars and the code, too."""
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    parts = re.findall(r"^(?:#.*|- |\|.*)", text, re.MULTILINE)
    return [
        (part.split()[0], part.count("|") - part.count(r"\|"), set(re.findall(r"`.+?`", part)))
        for part in parts
    ]


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED)
def test_a_chinese_page_links_to_chinese_pages(english: Path, chinese: Path) -> None:
    """Where there is one: only the link at its top leads to the page in the other language."""
    text = chinese.read_text(encoding="utf-8")
    links = re.findall(r"\]\(((?!https?:)[^)#]+\.md)", text)
    twins = [page for page in links if (chinese.parent / page).with_suffix(".zh-CN.md").exists()]

    assert twins == [english.name]
    assert f"]({chinese.name})" in english.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page",
    [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda page: page.name,
)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file, and every fragment a heading of that file."""
    text = page.read_text(encoding="utf-8")
    for target, fragment in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text):
        path = page.parent / target if target else page
        assert path.exists(), target
        assert not fragment or fragment in anchors(path), f"{target}#{fragment}"


def anchors(path: Path) -> set[str]:
    """The fragments of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_a_comparison_ignores_ids_and_times_only() -> None:
    """Ids and times differ from run to run; a word that changed is seen."""
    one = comparable(f"run_{'a' * 32} 1717645226123 完成  \n")

    assert one == comparable(f"run_{'b' * 32} 1717645229999 完成\n")
    assert one != comparable(f"run_{'a' * 32} 1717645226123 失败\n")
