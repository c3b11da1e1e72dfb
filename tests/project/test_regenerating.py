"""`make generate` in a copy of the repository carries a change of openapi.yaml out."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.regen_check.changes import CHANGES, Change
from scripts.regen_check.trial import Copy, is_generated

# Each copy runs the generator, mypy and the mock server.
pytestmark = pytest.mark.slow

pytest.importorskip("openapi_python_client", reason="not here: the generator needs Python 3.11")

NEW_OPERATION = next(change for change in CHANGES if change.name == "new operation")
add_operation = NEW_OPERATION.apply


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


def test_names_that_python_needs(copy: Copy) -> None:
    """A keyword, a type and what generated code uses: of parameters, in parts and in answers."""

    def name(spec: Any) -> None:
        schemas = spec["components"]["schemas"]
        text = {
            "type": ["string", "null"],
            "description": 'A "text" with a \\ and """ quotes""".',
            "x-description-zh": "文本。",
            "x-evidence": ["unknown"],
        }
        for schema in ("CreateThreadRequest", "AssistantMessage", "Thread"):
            for field in ("from", "str", "items", "ops", "max-items"):
                schemas[schema]["properties"][field] = text
        listed = {**text, "type": ["array", "null"], "items": {"type": "string"}}
        schemas["CreateThreadRequest"]["properties"]["list"] = listed

    probe = """
given = {"from_": "甲", "str_": "乙", "items": "丙", "ops_": "丁", "max_items": "戊"}
for method in methods("threads.create"):
    assert parameters(method).keys() >= {*given, "list_"}
message = {"content": "好", "from": "甲", "str": "乙"}
for messages in ([message], [types.AssistantMessage("好", "user", **given)]):
    assert answers(lambda client: client.threads.create(messages=messages, list_=["己"], **given))
assert refusals(lambda client: client.threads.create(list_="己"), TypeError)
for error in refusals(lambda client: client.threads.create(messages=[{"form": ""}]), ValueError):
    assert "did you mean 'from'?" in str(error)
thread = types.Thread.from_dict({"id": "", "object": "", "created_at": 0, "from": "甲"})
assert thread.from_ == "甲"
"""
    assert copy.apply(Change("names", "", name, "from_", probe)).problems == []


def test_an_operation_with_no_extensions(copy: Copy) -> None:
    """Has the method that its tag and operationId name, in the clients and in the examples."""

    def add(spec: Any) -> None:
        add_operation(spec)
        operation = spec["paths"]["/v2/threads/archive"]["post"]
        del operation["x-method"]
        request = spec["components"]["schemas"]["ListAssistantsRequest"]["properties"]
        for bound in ("order", "after", "before"):
            del request[bound]

    probe = """
assert answers(lambda client: client.threads.archive_thread("thread_1"))
assert "client.threads.archive_thread(" in page("/docs")
for assistants in resources("assistants"):
    assert not hasattr(assistants, "list_all")
"""
    change = Change("no extensions", "", add, "answer = client.threads.archive_thread(", probe)
    problems = [one for one in copy.apply(change).problems if not one.startswith("spec diff")]
    assert problems == []


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
