"""One library and one row, in a process of its own: `python -m benchmarks.worker PEER ROW URLS`.

Each line of its standard input is a number of acts; it answers each with the CPU and wall seconds
that they took, as JSON. A row may measure something else; then that is in `own`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time


def cpu() -> float:
    """Seconds of CPU of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def main(peer: str, row: str, urls: str) -> None:
    module = importlib.import_module(f"benchmarks.peers.{peer}")
    clock = cpu if row in ("import", "start") else time.process_time
    with module.ROWS[row](json.loads(urls)) as act:
        act(128 if row.startswith("many") else 1)  # what is made ready at the first use
        for line in sys.stdin:
            before, began = clock(), time.perf_counter()
            own = act(int(line))
            figures = {"cpu": clock() - before, "wall": time.perf_counter() - began, "own": own}
            print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
