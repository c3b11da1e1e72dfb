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
