"""The programs of the API reference work."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import appbuilder_mock
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.pages.python_call import python_call
from appbuilder_mock.pages.spec import Spec
from appbuilder_mock.pages.words import words

from tests.mock.control.reference import OPERATIONS, SPEC, article

DOCUMENTED = {one.id: one for one in Spec(SPEC, words("en")).operations}


@pytest.mark.parametrize("id_", OPERATIONS)
def test_every_operation_as_a_program(docs: str, id_: str) -> None:
    """In a shell where its body is JSON, and in Python: each program there is one that works.

    It is carried out on a server that has what the examples name, and calls this operation.
    """
    article_text, _ = article(docs, id_)
    bodies = [*the_contract().operations[id_].examples] or [{}]
    programs = [python_call(DOCUMENTED[id_], body) for body in bodies]

    assert "curl -X POST" in article_text
    assert programs[0] is not None
    assert programs[0].strip() in article_text


def test_the_programs_work(tmp_path: Path) -> None:
    """On a server that has what the examples name, each calls its operation and ends well."""
    programs = {
        (id_, at): python_call(DOCUMENTED[id_], body)
        for id_, operation in the_contract().operations.items()
        for at, body in enumerate([*operation.examples] or [{}])
    }
    for number, ((id_, _), program) in enumerate(programs.items()):
        (tmp_path / f"{number:02}-{id_}.py").write_text(program or "", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("笔记", encoding="utf-8")
    runner = (
        "import pathlib, runpy, urllib.request\n"
        "for one in sorted(pathlib.Path('.').glob('*.py')):\n"
        "    runpy.run_path(str(one))\n"
    )
    with appbuilder_mock.running(examples=True) as server:
        environment = {"GATEWAY_URL": server.url, "APPBUILDER_TOKEN": server.token}
        done = subprocess.run(
            [sys.executable, "-c", runner],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        received = [one.operation for one in server.requests]

    assert done.returncode == 0, done.stderr
    assert received == [id_ for id_, _ in programs]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_commands_work(docs: str, tmp_path: Path) -> None:
    """Each is carried out by a shell, and answered with success."""
    commands = {id_: shell_command(article(docs, id_)[1]) for id_ in OPERATIONS}
    (tmp_path / "notes.txt").write_text("笔记", encoding="utf-8")
    with appbuilder_mock.running(examples=True) as server:
        environment = {"GATEWAY_URL": server.url, "APPBUILDER_TOKEN": server.token}
        for id_, command in commands.items():
            done = subprocess.run(
                ["sh", "-c", f"{command} --silent --show-error --fail --noproxy '*'"],
                cwd=tmp_path,
                env={**os.environ, **environment},
                capture_output=True,
                timeout=60,
            )
            assert done.returncode == 0, (id_, done.stderr)
        received = [one.operation for one in server.requests]

    assert received == [*OPERATIONS]


def shell_command(markup: str) -> str:
    [command] = re.findall(r"<pre[^>]*>(curl .*?)</pre>", markup, re.DOTALL)
    return html.unescape(command)
