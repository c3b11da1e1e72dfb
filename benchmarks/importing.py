"""The cost of having a client: CPU time and memory, each time in a fresh interpreter.

Peak memory is VmHWM of /proc, which only Linux has. (`ru_maxrss` would start at the peak of the
process that started the interpreter.)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from .pairs import Comparison, Measure

OURS = "import appbuilder_assistants; appbuilder_assistants.AppBuilder('none')"
OFFICIAL = "import appbuilder; appbuilder.assistant.threads"
HTTPX = "import httpx; httpx.Client()"

PAIRS = 5  # the official client takes seconds

CPU = "import time; before = time.process_time(); {}; print(time.process_time() - before)"
PEAK = (
    "import re; {}; print(re.search(r'VmHWM:\\s*(\\d+) kB', open('/proc/self/status').read())[1])"
)


def measured(template: str, code: str) -> Measure:
    """The output of an interpreter that runs the code."""
    command = [sys.executable, "-c", template.format(code)]
    env = {**os.environ, "APPBUILDER_TOKEN": "none"}  # without one, the official client refuses

    def measure() -> float:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, env=env, check=True, encoding="utf-8"
        )
        return float(done.stdout.split()[-1])

    return measure


def comparisons() -> Iterator[Comparison]:
    ours, official = measured(CPU, OURS), measured(CPU, OFFICIAL)
    yield Comparison("import, make a client: CPU / official", ours, official, PAIRS)
    yield Comparison("import, make a client: CPU / httpx", ours, measured(CPU, HTTPX), PAIRS)
    if sys.platform == "linux":
        peak = measured(PEAK, OURS)
        yield Comparison("the same: peak memory / official", peak, measured(PEAK, OFFICIAL), PAIRS)
        yield Comparison("the same: peak memory / httpx", peak, measured(PEAK, HTTPX), PAIRS)
