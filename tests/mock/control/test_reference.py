"""The API reference at /docs."""

from __future__ import annotations

import copy
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.pages.prose import prose
from appbuilder_mock.pages.python_call import python_call
from appbuilder_mock.pages.reference import written
from appbuilder_mock.pages.spec import Spec
from appbuilder_mock.pages.words import words

from tests.mock.control.page import Page

SPEC = the_contract().document
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&</pre>"


# ── The API reference ──────────────────────────────────────────────────────────────────────────

OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
}


DOCUMENTED = {one.id: one for one in Spec(SPEC, words("en")).operations}


def article(html: str, id_: str) -> tuple[str, str]:
    """One article of the page: its text, and its markup."""
    [found] = re.findall(rf'<article id="{id_}".*?</article>', html, re.DOTALL)
    return Page(found).text, found


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        _, kind, name = part["$ref"].rsplit("/", 2)
        part = SPEC["components"][kind][name]
    return part


@pytest.fixture(scope="module")
def docs() -> str:
    return written(SPEC, "en")


@pytest.mark.parametrize("id_", OPERATIONS)
def test_every_operation(docs: str, id_: str) -> None:
    """Its path, every field it takes and gives, its examples, its errors."""
    method, path, operation = OPERATIONS[id_]
    article_text, markup = article(docs, id_)

    assert f"{method.upper()} {path}" in article_text
    assert operation["summary"].replace("`", "") in article_text
    assert ("safe to retry" in article_text) == operation["x-repeatable"]
    assert f'href="#{id_}"' in docs
    contents = [
        *resolved(operation.get("requestBody", {})).get("content", {}).values(),
        *resolved(operation["responses"]["200"]).get("content", {}).values(),
    ]
    for media in contents:
        schema = media["schema"].get("contentSchema", {}).get("items", media["schema"])
        branches = schema.get("oneOf", [schema])
        for branch in branches:
            if not branch.get("$ref", "").endswith("/ErrorEnvelope"):
                for field in resolved(branch).get("properties", {}):
                    assert f"<td><code>{field}</code>" in markup, field
        for example in media.get("examples", {}).values():
            value = example["value"]
            text = (
                json.dumps(value, ensure_ascii=False, indent=2)
                if isinstance(value, dict)
                else value
            )
            assert text.strip() in article_text
    for status, answer in operation["responses"].items():
        assert status in article_text
        first = resolved(answer)["description"].split("\n")[0].split("`")[0]
        assert first.strip() in article_text


def marks_of(part: dict[str, Any]) -> set[str]:
    """Every mark that stands at a part, for itself and for its keywords."""
    found: set[str] = set()

    def look(marks: Any) -> None:
        if isinstance(marks, str):
            found.add(marks)
        else:
            for one in marks.values() if isinstance(marks, dict) else marks:
                look(one)

    look(part.get("x-evidence", ()))
    return found


@pytest.mark.parametrize("name", SPEC["components"]["schemas"])
def test_every_object(docs: str, name: str) -> None:
    """Its fields with their limits, and how each fact is known."""
    schema = SPEC["components"]["schemas"][name]
    article_text, markup = article(docs, f"object-{name}")

    for mark in marks_of(schema):
        assert mark in article_text
    for field, limits in schema.get("properties", {}).items():
        assert f"<td><code>{field}</code>" in markup
        for keyword in ("minLength", "maxLength", "minItems", "maxItems", "maximum", "pattern"):
            if keyword in limits:
                assert str(limits[keyword]) in article_text, (field, keyword)
        for mark in marks_of(limits):
            assert mark in article_text, field
    assert article_text.count("always present") + article_text.count("required") >= len(
        schema.get("required", ())
    )


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


def test_limits_in_words(docs: str) -> None:
    article_text, _ = article(docs, "object-CreateAssistantRequest")
    metadata, _ = article(docs, "object-Metadata")

    assert "characters ≥ 1; characters ≤ 128; matches ^[" in article_text
    assert "pairs ≤ 16; name characters ≤ 64; value characters ≤ 512" in metadata
    assert "list of FunctionTool, or null" in article_text
    assert "text or json_object or null" in article_text


def test_chinese_throughout() -> None:
    """Outside code, names and the marks of the evidence, no two English words in a row."""
    page = written(SPEC, "zh")
    prose_only = re.sub(
        r"<(code|pre|script)\b.*?</\1>|<a [^>]*badge.*?</a>", "", page, flags=re.DOTALL
    )
    texts = re.findall(r">([^<]+)<", prose_only)

    assert [text for text in texts if re.search(r"[A-Za-z]{2,} [a-z]{2,}", text)] == []
    of_assistants, _ = article(page, "object-CreateAssistantRequest")
    assert "至少 1 个字符；至多 128 个字符；匹配 ^[" in of_assistants
    assert "列表，每项为 FunctionTool，或 null" in of_assistants


def grown() -> dict[str, Any]:
    """The spec with what it does not have yet: parameters, an upload, bytes, and hostile words."""
    spec = copy.deepcopy(SPEC)
    spec["paths"]["/v2/new/{id}"] = {
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "post": {
            "operationId": "uploadNew",
            "summary": HOSTILE,
            "description": f"- {HOSTILE}\n- [a](javascript:alert(3))\n\n|a|\n|-|\n|{HOSTILE}|",
            "parameters": [
                {
                    "name": "purpose",
                    "in": "query",
                    "description": "用途",
                    "schema": {"type": "string", "enum": ["assistant", HOSTILE]},
                }
            ],
            "requestBody": {
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "required": ["file"],
                            "properties": {"file": {"type": "string", "format": "binary"}},
                        }
                    }
                }
            },
            "responses": {
                "200": {
                    "description": "The bytes.",
                    "content": {
                        "application/octet-stream": {
                            "schema": {"type": "string", "format": "binary"},
                            "examples": {"one": {"summary": HOSTILE, "value": HOSTILE}},
                        }
                    },
                },
                "507": {"description": "No room."},
            },
        },
    }
    return spec


def test_a_spec_that_grows() -> None:
    """Other ways of sending and answering are shown as well."""
    article_text, _ = article(written(grown(), "zh"), "uploadNew")

    assert "POST /v2/new/{id}" in article_text
    for part in ("id (path)", "purpose (query)", "multipart/form-data", "file", "bytes", "507"):
        assert part in article_text, part


def test_words_of_the_spec_stay_words() -> None:
    """Markup in a description, a summary, an enumeration or an example is shown, not obeyed."""
    shown = Page(written(grown(), "en"))

    assert shown.text.count("<script>alert(1)</script>") >= 5
    assert [tag for tag, _ in shown.tags if tag in ("script", "img")] == ["script"]  # our own
    assert not [address for address in shown.every("href") if "javascript" in address]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a `b<c` **d**", "<p>a <code>b&lt;c</code> <strong>d</strong></p>"),
        ("one\ntwo\n\nthree", "<p>one two</p><p>three</p>"),
        ("- a\n  b\n- c", "<ul><li>a b</li><li>c</li></ul>"),
        ("[x](https://e.example/)", '<p><a href="https://e.example/">x</a></p>'),
        ("[x](javascript:1)", "<p>[x](javascript:1)</p>"),
        ("", ""),
    ],
)
def test_prose(text: str, html: str) -> None:
    assert prose(text) == html
