"""A pytest plugin that notes which operations a suite brought to success.

    python -m pytest contract_tests/suite -p scripts.record_operations    (`make contract`)
    python -m pytest tests/interop -p scripts.record_operations           (`make test-interop`)

Writes build/operations/SUITE.json, from which scripts/operations_table.py fills its last columns.
Only a whole suite that passed is noted: the coverage of a part of it does not count.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "openapi.yaml"
SUITES = {"contract": ROOT / "contract_tests" / "suite", "interop": ROOT / "tests" / "interop"}


def pytest_configure(config: pytest.Config) -> None:
    here = config.invocation_params.dir
    chosen = [(here / argument).resolve() for argument in config.args]
    for suite, folder in SUITES.items():
        if chosen == [folder] and not config.option.collectonly:
            config.pluginmanager.register(Recorder(suite))


class Recorder:
    """Watches one run of one suite."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        self.of = fingerprint(suite)  # now: it may change while it runs
        self.whole = True
        self.reached: set[str] = set()
        if suite == "interop":
            watch_requests(self.reached.add)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self.whole = False

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus or not self.whole:
            return
        if self.suite == "contract":  # it keeps count itself
            plugin: Any = session.config.pluginmanager.get_plugin("contract-suite")
            coverage = plugin.suite.coverage
            succeeded = (a.operation_id for a, _ in coverage.answers if a.status[0] == "2")
            self.reached.update(succeeded)
        write(self.suite, self.of, self.reached)


def watch_requests(found: Callable[[str], None]) -> None:
    """Report each operation that the official client, which uses requests, calls with success."""
    import requests

    document = yaml.safe_load(SPEC.read_text("utf-8"))
    ids = {path: methods["post"]["operationId"] for path, methods in document["paths"].items()}
    send = requests.Session.send

    @functools.wraps(send)
    def recorded_send(self: Any, request: Any, **options: Any) -> Any:
        response = send(self, request, **options)
        operation = ids.get(urlsplit(request.url).path)
        if operation and succeeded(response, options.get("stream", False)):
            found(operation)
        return response

    requests.Session.send = recorded_send  # type: ignore[method-assign]


def succeeded(response: Any, streamed: bool) -> bool:
    """Whether the response is a success of the operation; an error or null under 200 is none."""
    if not 200 <= response.status_code < 300:
        return False
    if not response.headers.get("content-type", "").startswith("application/json"):
        return True
    if streamed:  # it is not read here
        return False
    body = response.json()
    return isinstance(body, dict) and "error" not in body


def write(suite: str, of: str, reached: set[str]) -> None:
    path = place(suite)
    path.parent.mkdir(parents=True, exist_ok=True)
    note = {"of": of, "reached": sorted(reached)}
    path.write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


def read(suite: str) -> set[str] | None:
    """The suite's coverage; None if it was not run since it or the spec changed."""
    path = place(suite)
    if not path.exists():
        return None
    note = json.loads(path.read_text("utf-8"))
    return set(note["reached"]) if note["of"] == fingerprint(suite) else None


def place(suite: str) -> Path:
    return ROOT / "build" / "operations" / f"{suite}.json"


def fingerprint(suite: str) -> str:
    """Changes with the spec, with any test of the suite and with any module that these use."""
    folder = SUITES[suite]
    modules = [*folder.rglob("*.py")]
    if suite == "contract":
        modules += folder.parent.glob("*.py")
    digest = hashlib.sha256()
    for path in [SPEC, *sorted(modules)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
