"""Statements of docs/migrating.md about names, and its example."""

from __future__ import annotations

import re
from pathlib import Path

import appbuilder_assistants as appbuilder
import pytest

from scripts.doc_outputs import output_of
from tests.border.official import OFFICIAL
from tests.interop.vendor_programs import VENDOR, summary, table

TEXT = (Path(__file__).parents[2] / "docs" / "migrating.md").read_text(encoding="utf-8")
SECTIONS = {
    "assistants": "assistant.assistants",
    "files": "assistant.assistants.files",
    "threads": "assistant.threads",
    "messages": "assistant.threads.messages",
    "runs": "assistant.threads.runs",
    "steps": "assistant.threads.runs.steps",
}


def section(resource: str) -> str:
    _, _, rest = TEXT.partition(f"### `{SECTIONS[resource]}`\n")
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_every_call_is_there(name: str) -> None:
    """Under its resource, with its parameters in order."""
    resource, method = name.split(".")
    parameters = ", ".join(OFFICIAL[name][1].split())
    written = "…" if method.startswith("stream_run") else parameters

    assert f"\n| `{method}({written})`" in section(resource)


@pytest.mark.parametrize("resource", sorted(SECTIONS))
def test_no_call_is_made_up(resource: str) -> None:
    """Each name there is a method."""
    listed = re.findall(r"^\| `(\w+)\(", section(resource), re.MULTILINE)

    assert sorted(listed) == sorted(
        method for found, method in (name.split(".") for name in OFFICIAL) if found == resource
    )


def test_the_names_for_users_of_openai() -> None:
    """Each method of runs in that table is one."""
    _, _, rest = TEXT.partition("## From OpenAI's Assistants client")
    rows = [row.split(" | ")[1] for row in rest.splitlines() if row.startswith("| `")]
    methods = {name for row in rows for name in re.findall(r"`runs\.(\w+)\(", row)}

    assert {"run", "stream_run", "wait", "query"} <= methods
    with appbuilder.AppBuilder("k") as client:
        assert methods <= set(dir(client.threads.runs))


def test_the_errors_are_there() -> None:
    """The right-hand names are exported."""
    _, _, table = TEXT.partition("| `appbuilder.core._exception` | here |")
    rows = [row.split(" | ")[1] for row in table.splitlines() if row.startswith("| `")]
    names = {name for row in rows for name in re.findall(r"`(\w+Error)`", row)}

    assert len(names) == 11
    assert all(issubclass(getattr(appbuilder, name), appbuilder.AssistantsError) for name in names)


def test_the_table_of_programs() -> None:
    """As `make test-interop` prints it; the vendor has 41 tests and six notebooks."""
    notebooks = [program for program in VENDOR if program.vendor.endswith(".ipynb")]

    assert TEXT.endswith(table()), f"docs/migrating.md should end with\n{table()}"
    assert summary() in TEXT
    assert (len(VENDOR) - len(notebooks), len(notebooks)) == (41, 6)
    assert len({program.name for program in VENDOR}) == len(VENDOR)


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_the_example_runs(block: str) -> None:
    """Against the mock server, as it stands."""
    assert "北京 25 度" in output_of(block)
