"""Module paths of the official SDK in this package, as a program with changed imports uses them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import appbuilder_assistants as appbuilder
import pytest

PARTS = ("assistant_type", "public_type", "thread_type")


@pytest.mark.parametrize("part", [*PARTS, "type"])
def test_parts_of_the_module_object_are_modules(part: str) -> None:
    """They can be imported from, in a program that has imported nothing else before."""
    code = (
        f"from appbuilder_assistants.assistant.{part} import AssistantTool\n"
        f"import appbuilder_assistants.assistant.{part} as imported\n"
        "import appbuilder_assistants\n"
        f"assert imported is appbuilder_assistants.assistant.{part}\n"
        "assert imported.AssistantTool is AssistantTool\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("part", PARTS)
def test_the_official_path_of_a_part(part: str) -> None:
    """The path has the same names, for the same classes."""
    package = import_module("appbuilder_assistants.core.assistant.type")
    official = import_module(f"appbuilder_assistants.core.assistant.type.{part}")
    ours = import_module(f"appbuilder_assistants.assistant.{part}")

    assert getattr(package, part) is official
    assert ours.__all__
    for name in ours.__all__:
        assert getattr(official, name) is getattr(ours, name)
        assert getattr(package, name) is getattr(ours, name)


def test_the_official_path_of_all_types() -> None:
    """Those of the three parts in one place."""
    package = import_module("appbuilder_assistants.core.assistant.type")

    assert all(getattr(package, name) for name in appbuilder.assistant.type.__all__)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("assistants", "Assistants"),
        ("threads", "Threads"),
        ("threads.messages", "Messages"),
        ("threads.runs", "Runs"),
    ],
)
def test_the_official_path_of_a_resource(
    path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path has the class of the resource, for `isinstance` and annotations."""
    monkeypatch.setenv("APPBUILDER_TOKEN", "made-up-token")
    monkeypatch.setenv("GATEWAY_URL", "http://127.0.0.1:9")
    resource: object = appbuilder.assistant
    for part in path.split("."):
        resource = getattr(resource, part)

    module = import_module(f"appbuilder_assistants.core.assistant.{path}")

    assert isinstance(resource, getattr(module, name))


def test_the_official_exceptions() -> None:
    """Those that have one class here are that class."""
    official = import_module("appbuilder_assistants.core._exception")

    assert official.NotFoundException is appbuilder.NotFoundError
    assert official.AssistantServerException is appbuilder.ApiStatusError
    for name in official.__all__:
        assert issubclass(getattr(official, name), appbuilder.AssistantsError)
        assert issubclass(getattr(official, name), official.BaseRPCException)


def test_an_exception_without_a_class() -> None:
    """It cannot be imported, and the error names the class to catch."""
    with pytest.raises(ImportError, match="catch ApiStatusError where its status_code is 422"):
        from appbuilder_assistants.core._exception import (  # type: ignore[attr-defined] # noqa: F401
            UnprocessableEntityException,
        )
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        getattr(import_module("appbuilder_assistants.core._exception"), "Nothing")  # noqa: B009
