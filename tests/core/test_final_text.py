"""The answer of a run as one text, in both forms the service has."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import final_text
from appbuilder_assistants.types import RunResult


def run(final_answer: Any) -> RunResult:
    body = {"id": "r", "object": "run.result", "assistant_id": "a", "thread_id": "t"}
    return RunResult.from_dict(
        {**body, "status": "completed", "created_at": 1, "final_answer": final_answer}
    )


def part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"value": text}}


@pytest.mark.parametrize(
    ("final_answer", "text"),
    [
        (None, ""),
        ({"type": "message"}, ""),
        ({"message": {"message_id": "m"}}, ""),
        ({"message": {"content": part("我是秦始皇")}}, "我是秦始皇"),
        ({"message": {"content": []}}, ""),
        ({"message": {"content": [part("我是"), {"type": "image"}, part("秦始皇")]}}, "我是秦始皇"),
    ],
)
def test_final_text(final_answer: Any, text: str) -> None:
    """One part, a list of parts, or nothing."""
    assert final_text(run(final_answer)) == text
