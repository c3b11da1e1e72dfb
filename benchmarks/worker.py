"""One library and one row, in a process of its own: `python -m benchmarks.worker PEER ROW URLS`.

Each line of its standard input is a number of acts; it answers each with the CPU and wall seconds
that they took, as JSON. A row may measure something else; then that is in `own`. Modules that the
peer is to do without cannot be imported in it.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time

from .peers import kinds
from .rows import NO_SUCH_ROW, PEERS


def cpu() -> float:
    """Seconds of CPU of this process and of those that it has waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def warm_up(row: str) -> int:
    """A call for each that is made at once; none where one is long."""
    kind, _, size = row.rpartition("-")
    if kind == "events" and int(size) > 10_000:
        return 0
    if kind == "at-once":
        return max(int(size), kinds.AT_ONCE)
    return kinds.AT_ONCE if kind == "many" else 1


def main(name: str, row: str, urls: str) -> None:
    peer = PEERS[name]
    for needed in peer.needs:
        importlib.import_module(needed)
    kinds.missing = peer.without
    sys.modules.update(dict.fromkeys(peer.without))  # type: ignore[arg-type]
    module = importlib.import_module(f"benchmarks.peers.{peer.module}")
    if row not in module.ROWS:
        sys.exit(NO_SUCH_ROW)
    clock = cpu if row in ("import", "start") else time.process_time
    with module.ROWS[row](json.loads(urls)) as act:
        act(warm_up(row))  # what is made ready at the first use
        for line in sys.stdin:
            before, began = clock(), time.perf_counter()
            own = act(int(line))
            figures = {"cpu": clock() - before, "wall": time.perf_counter() - began, "own": own}
            print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
