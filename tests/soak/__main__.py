"""Soak both clients, on each transport, parser and decoder: `make soak`.

    python -m tests.soak --seconds 240 [--client sync] [--transport httpx] [--seed 1]

Exits with 1 when something was lost.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from itertools import product

from tests.soak.soak import soak_async, soak_sync
from tests.transports import PARTS, use

SOAKS = {"sync": soak_sync, "async": soak_async}


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Soak both clients.")
    parser.add_argument("--seconds", type=float, default=240.0, help="of all together")
    parser.add_argument("--client", choices=list(SOAKS), help="only this one")
    parser.add_argument("--transport", choices=list(PARTS), help="only this one; '' for the best")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    clients = [wanted.client] if wanted.client else list(SOAKS)
    transports = list(PARTS) if wanted.transport is None else [wanted.transport]
    soaks = list(product(transports, clients))
    lost = False
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.soak.server", str(wanted.seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().strip()
        for transport, client in soaks:
            use(transport)
            report = SOAKS[client](url, wanted.seconds / len(soaks), wanted.seed)
            sys.stdout.write(f"{PARTS[transport]}; {report}\n")
            sys.stdout.flush()
            lost = lost or bool(report.losses)
        server.stdin.close()
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
