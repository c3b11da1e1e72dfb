"""The pages for people, as they are served: without a browser."""

from __future__ import annotations

import re

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.pages import ASSETS, HERE, SCRIPTS
from appbuilder_mock.pages.home import IN_SCRIPT
from appbuilder_mock.pages.words import LANGUAGES, language_of, status_words, words

from tests.mock.control.page import Page
from tests.mock.wire import Api

SPEC = the_contract().document
PAGES = [f"{path}?lang={language}" for path in ("/", "/docs") for language in LANGUAGES]


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
def test_access_to_the_pages(api: Api, path: str) -> None:
    """A link from another site may lead here; another site's name may not."""
    with httpx.Client(base_url=api.url) as client:
        assert client.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
        assert client.get(path, headers={"Host": "attacker.example"}).status_code == 403


# ── The page at / ──────────────────────────────────────────────────────────────────────────────


def test_how_to_point_a_client_here(api: Api) -> None:
    """The page has the address of the request, and the default token."""
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
    """Both languages have every text, no text is unused, and the script has its words."""
    code = "".join(one.read_text(encoding="utf-8") for one in HERE.glob("*.[ph][yt]*"))
    for name in words("en"):
        assert re.search(rf"\b{name}\b", code), name
    for language in LANGUAGES:
        assert all(words(language).values())
    script = "".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    assert set(re.findall(r"\bwords\.(\w+)", script)) == {*IN_SCRIPT.split(), "statuses"}
    known = SPEC["components"]["schemas"]["RunStatus"]["anyOf"][0]["enum"]
    assert set(status_words("zh")) == set(known)
