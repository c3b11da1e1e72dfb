"""The cost of turning a response's text into objects: a page of 20 runs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from appbuilder_assistants.types import RunList

from .cost import cpu
from .pairs import Comparison
from .setting import everyone

TIMES = 500


def comparisons() -> Iterator[Comparison]:
    with everyone() as setting:
        body = {"thread_id": setting.thread_id, "limit": 20}
        text = setting.http.post("/v2/threads/runs/list", json=body).text
        official = setting.official.thread_type.RunListResponse
        raw = json.loads(text)
    assert len(RunList.from_dict(raw).data) == len(official(**raw).data) == 20

    models = cpu(lambda: RunList.from_dict(raw), TIMES)
    yield Comparison(
        "a page of runs, dict to objects: CPU / json.loads of it",
        models,
        cpu(lambda: json.loads(text), TIMES),
    )
    yield Comparison(
        "a page of runs, dict to objects: CPU / official (pydantic)",
        models,
        cpu(lambda: official(**raw), TIMES),
    )
