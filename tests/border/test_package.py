"""The package as a whole: what it exports, and what importing it costs."""

from __future__ import annotations

import os
import subprocess
import sys

import appbuilder_assistants
import pytest

IMPORTED = """
import sys
import appbuilder_assistants
{use}
print(*sorted(m for m in sys.modules if m.split(".")[0] in {tracked}))
"""
TRACKED = ("httpx", "attr", "attrs", "appbuilder_api")


def modules_after(use: str) -> list[str]:
    """Modules of a fresh interpreter after `import appbuilder_assistants` and `use`."""
    program = IMPORTED.format(use=use, tracked=TRACKED)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    "use",
    [
        "",
        "dir(appbuilder_assistants)",
        "appbuilder_assistants.assistant",
        "appbuilder_assistants.errors.NotFoundError",
        "appbuilder_assistants.RetryPolicy()",
        "appbuilder_assistants.RunSnapshot()",
        "appbuilder_assistants.types",
        "appbuilder_assistants.types.FileContent(b'')",
        "class H(appbuilder_assistants.AssistantEventHandler): pass",
        "class H(appbuilder_assistants.AsyncAssistantEventHandler): pass",
        "appbuilder_assistants.AssistantStreamManager, appbuilder_assistants.StreamRunContext()",
        "from appbuilder_assistants import UnknownEvent, final_text",
    ],
)
def test_importing_is_cheap(use: str) -> None:
    """Neither httpx nor a model is imported before something needs it."""
    assert modules_after(use) == []


def test_a_model_is_imported_when_it_is_named() -> None:
    """One model does not bring all the others."""
    modules = modules_after("appbuilder_assistants.types.ToolOutput")

    assert "appbuilder_api.models.tool_output" in modules
    assert "appbuilder_api.models.run_result" not in modules
    assert "httpx" not in modules


def test_httpx_is_imported_where_it_is_needed() -> None:
    """A client has connections of its own; a proxy needs httpx."""
    environ = "import os; os.environ['HTTP_PROXY'] = 'http://127.0.0.1:9'; "
    client = "appbuilder_assistants.AppBuilder('k', 'http://gw.example').close()"

    assert "httpx" not in modules_after(client)
    assert "httpx" in modules_after(environ + client)


def test_public_names() -> None:
    """Every name is there, in order, and nothing else is."""
    names = appbuilder_assistants.__all__

    assert names == sorted(names)
    assert dir(appbuilder_assistants) == names
    assert all(hasattr(appbuilder_assistants, name) for name in names)
    assert set(appbuilder_assistants.errors.__all__) <= set(names)
    with pytest.raises(AttributeError, match="no attribute 'Client'"):
        _ = appbuilder_assistants.Client  # type: ignore[attr-defined]


BROKEN = """
import sys, traceback, types
class Broken(types.ModuleType):
    def __getattr__(self, name):
        raise {error}(f"module {name!r} of json is an old one")
broken = Broken("json")
broken.__path__ = []
sys.modules["json"] = broken
try:
    {use}
except ImportError:
    traceback.print_exc(file=sys.stdout)
"""


@pytest.mark.parametrize("error", ["AttributeError", "ImportError"])
@pytest.mark.parametrize(
    "use",
    [
        "from appbuilder_assistants import AppBuilder",
        "from appbuilder_assistants import AsyncAppBuilder",
        "import appbuilder_assistants; appbuilder_assistants.AppBuilder",
        "from appbuilder_assistants.assistant import threads",
    ],
)
def test_a_broken_installation(use: str, error: str) -> None:
    """The message has the failure of the part that loads, not a missing name."""
    program = BROKEN.replace("{error}", error).replace("{use}", use)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
        env={**os.environ, "APPBUILDER_TOKEN": "k"},
    )

    message = done.stdout.strip().splitlines()[-1]
    assert message.startswith("ImportError: ")
    assert "of json is an old one" in message
