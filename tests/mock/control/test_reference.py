"""The API reference at /docs."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from appbuilder_mock.pages.prose import prose
from appbuilder_mock.pages.reference import written

from tests.mock.control.page import Page
from tests.mock.control.reference import OPERATIONS, SPEC, article

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&</pre>"


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        _, kind, name = part["$ref"].rsplit("/", 2)
        part = SPEC["components"][kind][name]
    return part


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
