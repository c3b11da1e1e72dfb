"""examples/testing-your-app: the tests of the example pass, and are as short as is said."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import AppBuilder
from appbuilder_mock import Running
from appbuilder_mock.scenarios import Cut, ErrorBody, Fault, Malformed, Match, Rule, ToolCall

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "testing-your-app"
GUIDE = ROOT / "docs" / "testing-your-app.md"


def run_tests(folder: Path) -> str:
    """The output of a project's passing tests, run in a copy of nothing: where they are."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not appbuilder_live"],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_example_passes() -> None:
    assert re.search(r"\b[12]\d passed", run_tests(EXAMPLE))


WEATHER = [[ToolCall("get_weather", {"city": "北京"}), ToolCall("get_weather", {"city": "上海"})]]
# The events of the answer: run_begin, message, tool_calls, … run_end; the last numbers are past it.
EVENTS = range(1, 13)
ON_CALLS = {
    "503": Fault(status=503),
    "400 page": Fault(status=400, body="<html>", content_type="text/html"),
    "in band": Fault(status=200, error=ErrorBody(1, "Unknown error")),
    "no request": Fault(reset="before_reading"),
    "no answer": Fault(reset="before_answering"),
}
POINTS = [
    *(pytest.param("createRun", Fault(cut=Cut(after_event=n)), id=f"cut {n}") for n in EVENTS),
    *(
        pytest.param("createRun", Fault(malformed=Malformed(n)), id=f"malformed {n}")
        for n in EVENTS[1:]
    ),
    *(
        pytest.param(operation, fault, id=f"{operation} {name}")
        for operation in ("createMessage", "createRun", "submitToolOutputs")
        for name, fault in ON_CALLS.items()
        if (operation, name) != ("createRun", "no answer")
    ),
]


def chat_of(client: AppBuilder) -> Any:
    """The example's chat, from its file: it is not installed."""
    spec = importlib.util.spec_from_file_location("example_chat", EXAMPLE / "chat.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Chat(client, weather=lambda city: f"{city}晴")


@pytest.mark.parametrize(("operation", "fault"), POINTS)
def test_no_run_waits_wherever_it_breaks(
    appbuilder_client: AppBuilder, appbuilder_mock: Running, operation: str, fault: Fault
) -> None:
    """At each point at which a stream or a call can break: no run waits, and the chat continues."""
    chat = chat_of(appbuilder_client)
    answered = Rule(match=Match(text="天气怎么样？"), tool_rounds=WEATHER)
    broken = Rule(match=Match(operation=operation, times=1), fault=fault)
    if fault.counts_events:
        broken = Rule(match=Match(times=1), tool_rounds=WEATHER, fault=fault)
    appbuilder_mock.script(broken, answered, Rule(reply="您好"))

    assert "".join(chat.ask("天气怎么样？"))

    [thread] = appbuilder_mock.state()["threads"]
    assert "requires_action" not in [run["status"] for run in thread["runs"]]
    assert "".join(chat.ask("你好")) == "您好"


@pytest.mark.parametrize(
    "fault",
    [Fault(malformed=Malformed(1)), ON_CALLS["no answer"]],
    ids=["malformed 1", "no answer"],
)
def test_a_run_of_unknown_id(
    appbuilder_client: AppBuilder, appbuilder_mock: Running, fault: Fault
) -> None:
    """No event and no response had its id: it cannot be cancelled, and the chat still answers."""
    chat = chat_of(appbuilder_client)
    appbuilder_mock.script(Rule(match=Match(times=1), tool_rounds=WEATHER, fault=fault))

    assert "".join(chat.ask("天气怎么样？"))
    assert "".join(chat.ask("你好"))


def test_each_test_is_short() -> None:
    """Under 20 lines, decorators and docstring included."""
    tree = ast.parse((EXAMPLE / "tests" / "test_chat.py").read_text(encoding="utf-8"))
    lengths = {
        node.name: (node.end_lineno or 0)
        - min([node.lineno, *(one.lineno for one in node.decorator_list)])
        + 1
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }

    assert len(lengths) > 5
    assert {name: length for name, length in lengths.items() if length >= 20} == {}


def test_the_guides_examples_pass(tmp_path: Path) -> None:
    """The tests of docs/testing-your-app.md run as they stand."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for number, block in enumerate(blocks):
        (tmp_path / f"test_{number}.py").write_text(block, encoding="utf-8")

    assert len(blocks) >= 2
    run_tests(tmp_path)


@pytest.mark.parametrize("page", [GUIDE, EXAMPLE / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []
