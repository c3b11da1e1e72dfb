"""The pages for people, as they are served: without a browser."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.pages import ASSETS, HERE, SCRIPTS
from appbuilder_mock.pages.home import IN_SCRIPT
from appbuilder_mock.pages.prose import prose
from appbuilder_mock.pages.python_call import python_call
from appbuilder_mock.pages.reference import written
from appbuilder_mock.pages.words import LANGUAGES, language_of, status_words, words

from tests.mock.wire import Api

SPEC = the_contract().document
PAGES = [f"{path}?lang={language}" for path in ("/", "/docs") for language in LANGUAGES]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&</pre>"


class Page(HTMLParser):
    """The parts of a page. Refuses markup that is not balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.inside: list[str] = []
        self.inline_code: list[str] = []
        self.feed(html)
        self.close()
        assert self.inside == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in ("meta", "link", "img", "br", "hr", "input"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.inside and self.inside[-1] in ("script", "style") and data.strip():
            self.inline_code.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def every(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


def page(api: Api, path: str, **headers: str) -> Page:
    response = api.http.get(path, headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


# ── Every page ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PAGES)
def test_nothing_from_elsewhere(api: Api, path: str) -> None:
    """No address outside this server, no inline script or style, and a policy that says so."""
    shown = page(api, path)
    policy = api.http.get(path).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert shown.inline_code == []
    for _, attributes in shown.tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
    for address in [*shown.every("src"), *shown.every("href")]:
        assert re.match(r"/(?!/)|#", address), address
        if address.startswith("/"):
            assert api.http.get(address).status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
def test_ids_and_links_within(api: Api, path: str) -> None:
    """Every id once, every link within the page leads somewhere."""
    shown = page(api, path)
    ids = shown.every("id")

    assert len(ids) == len(set(ids))
    within = {one[1:] for one in shown.every("href") if one.startswith("#")}
    # A target that begins with #/ is a place of the live view, which its script shows.
    assert {one for one in within if not one.startswith("/")} <= set(ids)


@pytest.mark.parametrize("name", sorted(ASSETS))
def test_assets(api: Api, name: str) -> None:
    """Of their own type, under the same policy, and nothing in them comes from elsewhere."""
    response = api.http.get(f"/_mock/assets/{name}")

    assert response.headers["content-type"].startswith(ASSETS[name])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in response.headers
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|innerHTML", response.text)


@pytest.mark.parametrize("name", ["home.html", "words.yaml", "../app.py", "%2e%2e/app.py", ""])
def test_no_other_file(api: Api, name: str) -> None:
    assert api.http.get(f"/_mock/assets/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_who_may_look(api: Api, path: str) -> None:
    """A link from another site may lead here; another site's name may not."""
    with httpx.Client(base_url=api.url) as client:
        assert client.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
        assert client.get(path, headers={"Host": "attacker.example"}).status_code == 403


# ── The page at / ──────────────────────────────────────────────────────────────────────────────


def test_how_to_point_a_client_here(api: Api) -> None:
    """The address that was asked, and the token that everybody knows."""
    shown = page(api, "/")

    assert f"export GATEWAY_URL={api.url}" in shown.text
    assert "export APPBUILDER_TOKEN='mock-token'" in shown.text
    assert "/docs?lang=en" in shown.every("href")


def test_a_token_of_ones_own_is_not_shown() -> None:
    """The page says where it was set."""
    with appbuilder_mock.running(token="s3cret") as mock, httpx.Client(base_url=mock.url) as client:
        for path in PAGES:
            assert "s3cret" not in client.get(path).text
        shown = Page(client.get("/").text).text
    assert "--token" in shown
    assert "export APPBUILDER_TOKEN='<the token this server was started with>'" in shown


@pytest.mark.parametrize(
    ("asked", "accepted", "heading"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "AppBuilder 模拟服务器"),
        ("", "en-GB", "AppBuilder mock server"),
        ("?lang=en", "zh", "AppBuilder mock server"),
        ("?lang=zh", "en", "AppBuilder 模拟服务器"),
        ("?lang=xx", "fr", "AppBuilder mock server"),
    ],
)
def test_languages(api: Api, asked: str, accepted: str, heading: str) -> None:
    """The one asked for, else the browser's, else English."""
    assert heading in page(api, f"/{asked}", **{"Accept-Language": accepted}).text


def test_the_first_known_language_counts() -> None:
    assert [language_of(one) for one in ("fr, zh;q=0.5, en", "", "EN-us", ";;,")] == [
        "zh",
        "en",
        "en",
        "en",
    ]


def test_words_are_complete() -> None:
    """Both languages say everything, nothing is said for nobody, and the script has its words."""
    code = "".join(one.read_text(encoding="utf-8") for one in HERE.glob("*.[ph][yt]*"))
    for name in words("en"):
        assert re.search(rf"\b{name}\b", code), name
    for language in LANGUAGES:
        assert all(words(language).values())
    script = "".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    assert set(re.findall(r"\bwords\.(\w+)", script)) == {*IN_SCRIPT.split(), "statuses"}
    known = SPEC["components"]["schemas"]["RunStatus"]["anyOf"][0]["enum"]
    assert set(status_words("zh")) == set(known)


# ── The API reference ──────────────────────────────────────────────────────────────────────────

OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
}


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
    programs = [python_call(id_, body) for body in bodies]

    assert ("curl -X POST" in article_text) == (id_ != "createFile")
    assert programs[0] is not None
    assert programs[0].strip() in article_text


def test_the_programs_work(tmp_path: Path) -> None:
    """On a server that has what the examples name, each calls its operation and ends well."""
    programs = {
        (id_, at): python_call(id_, body)
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


def test_limits_in_words(docs: str) -> None:
    article_text, _ = article(docs, "object-CreateAssistantRequest")
    metadata, _ = article(docs, "object-Metadata")

    assert "characters ≥ 1; characters ≤ 128; matches ^[" in article_text
    assert "pairs ≤ 16; name characters ≤ 64; value characters ≤ 512" in metadata
    assert "list of FunctionTool, or null" in article_text
    assert "text or json_object or null" in article_text


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
