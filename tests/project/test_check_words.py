"""`make lint` refuses identifiers with a word that docs/glossary.md has retired."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.check_words import GLOSSARY, Glossary, problems

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
    """Once, where it first stands; comments and strings are prose."""
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
