"""`make generate` in a copy of the repository carries a change of openapi.yaml out."""

from __future__ import annotations

import pytest

from scripts.regen_check.changes import CHANGES, Change
from scripts.regen_check.trial import Copy, is_generated

# Each copy runs the generator, mypy and the mock server.
pytestmark = pytest.mark.slow

pytest.importorskip("openapi_python_client", reason="not here: the generator needs Python 3.11")

NEW_OPERATION = next(change for change in CHANGES if change.name == "new operation")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("repository"))


def test_a_new_operation(copy: Copy) -> None:
    """Works against the mock server, sync and async, raw too, and has a reference page."""
    outcome = copy.apply(NEW_OPERATION)

    assert outcome.problems == []
    assert "docs/reference/threads.md" in outcome.files
    assert "wrapper/appbuilder_assistants/_async/resources/threads.py" in outcome.files
    assert all(map(is_generated, outcome.files))


def test_files_that_do_not_follow_are_reported(copy: Copy) -> None:
    """Written code that uses a removed field, a probe that fails, a word that nothing shows."""

    def remove(spec: dict[str, object]) -> None:
        schemas = spec["components"]["schemas"]  # type: ignore[index]
        del schemas["RunResult"]["properties"]["final_answer"]

    probe = "assert not methods('threads.query')"
    change = Change("removed field", "", remove, "no such word", probe)

    problems = "\n".join(copy.apply(change).problems)

    assert "types: wrapper/appbuilder_assistants/_core/runs/texts.py" in problems
    assert "probe: " in problems
    assert "spec diff: no 'no such word'" in problems
    assert "reference: no 'no such word'" in problems
