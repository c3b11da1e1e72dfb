"""`make lint` refuses retired words in identifiers, and pronouns at the begin of sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.check_words import GLOSSARY, Glossary, problems, pronouns

SECTION = """
## Retired words

Text with `code` → is no entry.

- `until` → `deadline`
- `Lost` → `NoReply`
- `goes_on` → `streaming`

### Exceptions

- `until_done`: a public method
- `test_*_until_*`: names of tests
"""


@pytest.mark.parametrize(
    ("identifier", "word"),
    [
        ("until", "until"),
        ("_until", "until"),
        ("until_2", "until"),
        ("wait_until", "until"),
        ("UNTIL_CLOSED", "until"),
        ("WaitUntil", "until"),
        ("HTTPUntilClosed", "until"),
        ("LostReply", "Lost"),
        ("run_goes_on", "goes_on"),
        ("GoesOn", "goes_on"),
    ],
)
def test_a_retired_word_is_refused(identifier: str, word: str) -> None:
    replacement = Glossary.of(SECTION).replacement(identifier)

    assert replacement is not None
    assert replacement.startswith(f"`{word}` is retired; use `")


@pytest.mark.parametrize(
    "identifier",
    [
        "untilled",
        "connection_lost",
        "goes",
        "on_goes",
        "until_done",
        "test_reads_until_closed",
        "code",
    ],
)
def test_other_words_and_exceptions_may_stand(identifier: str) -> None:
    assert Glossary.of(SECTION).replacement(identifier) is None


def test_each_identifier_is_named_with_its_place(tmp_path: Path) -> None:
    """Each identifier is reported once, at its first place; comments and strings are prose."""
    module = tmp_path / "until.py"
    module.write_text('"""until"""\n\nUntil = "until"  # until\nprint(Until)\n')

    assert list(problems(Glossary.of(SECTION), module)) == [
        f"{module}:1: until: `until` is retired; use `deadline`",
        f"{module}:3: Until: `until` is retired; use `deadline`",
    ]


def test_the_glossary_is_read() -> None:
    """The words and the exceptions of the page itself are found."""
    glossary = Glossary.of(GLOSSARY.read_text("utf-8"))

    assert {"told", "until", "goes_on"} <= set(glossary.retired)
    assert "until_done" in glossary.exceptions


def test_a_glossary_without_the_section_is_no_reason_to_pass() -> None:
    with pytest.raises(ValueError, match="no section `## Retired words`"):
        Glossary.of("# Glossary\n")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.py", '"""What reading raises."""\n', 1),
        ("a.py", 'x = 1\n"""The end. Whose turn it is\nfollows.\n"""\n', 2),
        ("a.py", "x = 1\n# One line (of `two`.)\n# Who asks first, is served.\n", 3),
        ("a.md", "# What is kept\n\nFiles.\n\n- What matches, is kept.\n", 1),
    ],
)
def test_a_pronoun_at_the_begin_of_a_sentence(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    source = tmp_path / name
    source.write_text(text)

    (problem,) = pronouns(source)

    assert problem.startswith(
        f"{source}:{line}: Who" if "Who" in text else f"{source}:{line}: What"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", '"""A list of questions.\n\nWhat is it? The one.\n"""\n'),
        ("a.py", 'print("What came")  # tells what came\nWhat = 1\n'),
        ("a.md", "# What is kept\n\n```python\nWhat = 1\n```\n"),
    ],
)
def test_questions_headings_and_code_may_have_one(tmp_path: Path, name: str, text: str) -> None:
    source = tmp_path / name
    source.write_text(text)

    assert list(pronouns(source)) == []
