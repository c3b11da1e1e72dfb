"""Soak both clients: `make soak`, or python -m tests.soak --seconds 240 [--client sync] [--seed 1].

Exits with 1 when something was lost.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from tests.soak.soak import soak_async, soak_sync

SOAKS = {"sync": soak_sync, "async": soak_async}


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Soak both clients.")
    parser.add_argument("--seconds", type=float, default=240.0, help="of both together")
    parser.add_argument("--client", choices=list(SOAKS), help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    names = [wanted.client] if wanted.client else list(SOAKS)
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
        for name in names:
            seconds = wanted.seconds / len(names)
            report = SOAKS[name](url, seconds, wanted.seed)
            sys.stdout.write(f"{report}\n")
            sys.stdout.flush()
            lost = lost or bool(report.losses)
        server.stdin.close()
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
