"""The imports of the package: no module before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from appbuilder_assistants import AppBuilder
from appbuilder_mock import Running

# A proxy, or a log, needs more.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.lower().endswith("_proxy") and name != "APPBUILDER_LOG"
}
PROGRAM = """
import json, sys
sys.modules.update(httptools=None, msgspec=None)  # the extra
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
        env=ENVIRONMENT,
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


# Modules that a client does not need before it is used, with all that they contain. `hashlib` and
# `email` are there for `urllib.request`, `secrets` and dates.
OPERATIONS = "appbuilder_assistants._operations"
UNUSED = (
    "anyio",
    "appbuilder_api",
    "appbuilder_assistants._core.multipart",
    "appbuilder_assistants._core.rate_limit",
    "appbuilder_assistants._core.runs",
    "appbuilder_assistants._core.streams",
    "appbuilder_assistants._files",
    OPERATIONS,
    "appbuilder_assistants._tools",
    "appbuilder_assistants.hooks",
    "appbuilder_assistants.telemetry",
    "appbuilder_assistants.types",
    "asyncio",
    "certifi",
    "concurrent",
    "email",
    "hashlib",
    "httpcore",
    "httpx",
    "logging",
    "random",
    "ssl",
    "uuid",
)


def found(modules: list[str], unwanted: tuple[str, ...]) -> list[str]:
    """The unwanted modules among these, and those within an unwanted package."""
    return [m for m in modules if f"{m}.".startswith(tuple(f"{name}." for name in unwanted))]


@pytest.mark.parametrize("client", ["AppBuilder", "AsyncAppBuilder"])
def test_a_client_imports_the_modules_that_carry_calls_out(client: str) -> None:
    """No operation, model, stream, tool, file or hook; no event loop, TLS, parser, log or httpx."""
    modules = imported_by(f"import appbuilder_assistants as a; a.{client}('k', 'http://[::1]:9')")

    assert "appbuilder_assistants._driver" in modules
    assert found(modules, (*UNUSED, "h11")) == []


LOOK_UPS = {
    "sync": """
from appbuilder_assistants import AppBuilder
AppBuilder({token!r}, {url!r}).threads.query({thread!r})
""",
    # The program itself imports asyncio with its modules.
    "async": """
import asyncio
asyncio.run(asyncio.sleep(0))
before = set(sys.modules)
from appbuilder_assistants import AsyncAppBuilder
async def look_up():
    async with AsyncAppBuilder({token!r}, {url!r}) as client:
        await client.threads.query({thread!r})
asyncio.run(look_up())
""",
}


@pytest.mark.parametrize("kind", LOOK_UPS)
def test_a_look_up_imports_its_resource_and_model(
    kind: str, appbuilder_mock: Running, appbuilder_client: AppBuilder
) -> None:
    """Of the operations and models those of the call, and what a client needs."""
    thread = appbuilder_client.threads.create().id

    modules = imported_by(
        LOOK_UPS[kind].format(token=appbuilder_mock.token, url=appbuilder_mock.url, thread=thread)
    )

    assert found(modules, UNUSED) == found(modules, ("appbuilder_api", OPERATIONS))
    assert [m for m in modules if m.startswith(("appbuilder_api.models.", f"{OPERATIONS}."))] == [
        "appbuilder_api.models.thread",
        f"{OPERATIONS}._shapes",
        f"{OPERATIONS}.threads",
    ]
