"""The cost of a look-up for the caller: queryRun, over a connection that is open."""

from __future__ import annotations

from collections.abc import Iterator

from .cost import cpu
from .pairs import Comparison
from .setting import everyone

TIMES = 100


def comparisons() -> Iterator[Comparison]:
    with everyone() as setting:
        names = {"thread_id": setting.thread_id, "run_id": setting.run_id}
        runs = setting.client.threads.runs

        def ours() -> str:
            return runs.query(**names).id

        def plain() -> str:
            answer = setting.http.post("/v2/threads/runs/query", json=names)
            answer.raise_for_status()
            id_: str = answer.json()["id"]
            return id_

        def official() -> str:
            id_: str = setting.official.threads.runs.query(**names).id
            return id_

        assert ours() == plain() == official() == setting.run_id
        measured = cpu(ours, TIMES)
        yield Comparison("a look-up: CPU / httpx", measured, cpu(plain, TIMES))
        yield Comparison("a look-up: CPU / official", measured, cpu(official, TIMES))
