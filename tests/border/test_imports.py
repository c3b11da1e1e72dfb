"""What is imported, and when: nothing before something needs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
before = set(sys.modules)
{code}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def imported_by(code: str) -> list[str]:
    """The modules that a fresh interpreter imports for this code."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(code=code)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    modules: list[str] = json.loads(done.stdout)
    return modules


@pytest.mark.parametrize(
    "code",
    [
        "import appbuilder_assistants",
        "import appbuilder_assistants; dir(appbuilder_assistants)",
        "import appbuilder_assistants; hasattr(appbuilder_assistants, 'Client')",
    ],
)
def test_the_package_imports_nothing(code: str) -> None:
    """Importing it costs one module, its own; so do its list of names and one that it has not."""
    assert imported_by(code) == ["appbuilder_assistants"]


# Modules that a client does not need before they are used, with all that is in them.
UNUSED = (
    "appbuilder_api",
    "appbuilder_assistants._core.runs",
    "appbuilder_assistants._core.streams",
    "appbuilder_assistants._files",
    "appbuilder_assistants._operations",
    "appbuilder_assistants._tools",
    "appbuilder_assistants.hooks",
    "appbuilder_assistants.telemetry",
    "appbuilder_assistants.types",
)


@pytest.mark.parametrize("client", ["AppBuilder", "AsyncAppBuilder"])
def test_a_client_imports_no_resource(client: str) -> None:
    """Making one brings what carries calls out: no operation, model, stream, tool, file or hook."""
    modules = imported_by(f"import appbuilder_assistants as a; a.{client}('k', 'http://[::1]:9')")

    assert "appbuilder_assistants._driver" in modules
    assert [name for name in modules if f"{name}.".startswith(tuple(f"{n}." for n in UNUSED))] == []
