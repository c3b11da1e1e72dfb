"""`make contract`: test a server by requests made from openapi.yaml.

    python -m contract_tests [--seed N] [--reports FOLDER] [pytest's own options and tests]
    python -m contract_tests --clean    delete what killed runs left on the target

CONTRACT_TARGET is empty for the mock, `live` or a URL; CONTRACT_TOKEN is the token of a URL, and
APPBUILDER_TOKEN the one of the live service at GATEWAY_URL. CONTRACT_DRY shows on the mock what
would be done. CONTRACT_RATE (requests a second) and CONTRACT_RUNS change how hard a target is hit.
CONTRACT_READINGS says how the mock answers open questions: `recorded`, or `after=created-after`.
CONTRACT_QUICK leaves out the generated tests.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .target.target import Target, UnusableTarget, chosen_profile, chosen_readings, chosen_target

ROOT = Path(__file__).parent.parent


def main() -> None:
    os.chdir(ROOT)
    arguments, environment = prepared(sys.argv[1:])
    # Sets are iterated in another order in each process; what is made from one would differ too.
    environment["PYTHONHASHSEED"] = "0"
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *arguments], environment)


def prepared(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The arguments and the environment for pytest; exit if that is not to run."""
    parser = argparse.ArgumentParser("make contract", allow_abbrev=False)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--reports", type=Path, default=Path("build", "contract"))
    parser.add_argument("--clean", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    for name in ("NO_PROXY", "no_proxy"):  # no proxy reaches a server on this machine
        os.environ[name] = ",".join(["127.0.0.1", "localhost", os.environ.get(name, "")]).strip(",")
    try:
        target = chosen_target()
        chosen_profile(target)
        chosen_readings()
        if options.clean:
            sys.exit(clean(target))
    except UnusableTarget as error:
        sys.exit(f"make contract: {error}.")
    environment = dict(os.environ)
    if options.seed is not None:
        environment["CONTRACT_SEED"] = str(options.seed)
    chosen = any(one.startswith("contract_tests") for one in rest)
    tests = [] if chosen else ["contract_tests/suite"]
    # The mock's plugin refuses live gateways, which these tests are for.
    command = [*tests, "-p", "scripts.record_operations", "-p", "no:appbuilder_mock"]
    if not target.dry_run:
        reports = options.reports
        command += [f"--reports={reports}", f"--junitxml={reports / 'junit.xml'}"]
    return [*command, *rest], environment


def clean(target: Target) -> int:
    """Delete the objects of killed sessions; return the exit status."""
    if target.kind == "mock":
        raise UnusableTarget("nothing to clean: the mock forgets everything; name a TARGET")
    from .target.cleanup import delete_orphaned
    from .target.gateway import Gateway

    remains: list[str] = []
    gateway = Gateway(target, chosen_profile(target))
    try:
        found = delete_orphaned(gateway, remains)
    except KeyboardInterrupt:
        sys.exit("make contract-clean: interrupted; what is still there is deleted the next time.")
    lines = [f"{target.url}: killed runs had left {found} things there", *remains]
    sys.stdout.write("\n  ".join(lines) + "\n")
    return 1 if remains else 0


if __name__ == "__main__":
    main()
