"""Every page for every reader: narrow, dark, by keyboard; and the API reference."""

from __future__ import annotations

import re

import pytest
import yaml
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.view import View
from tests.mock.wire import WEATHER, Api


def test_the_reference_lists_every_operation(view: View, api: Api) -> None:
    """As openapi.yaml has them; a link in the contents leads to its operation."""
    spec = yaml.safe_load(api.http.get("/openapi.yaml").text)
    ids = [one["operationId"] for item in spec["paths"].values() for one in item.values()]
    view.open("/docs")

    assert sorted(view.texts(".operation > h3")) == sorted(ids)
    assert set(ids) <= set(view.texts(".contents a"))
    for link in view.all(".contents a")[-3:-1]:
        link.click()
        target = view.js("return document.querySelector(':target').innerText")
        assert target.startswith(link.text)


def test_the_reference_is_searched(view: View, api: Api) -> None:
    """Items without every search word are hidden, and a link to one shows everything again."""
    view.open("/docs?lang=en")
    view.one("#search").send_keys("SUBMITTOOLOUTPUTS tool_call_id")
    view.wait_for(lambda: 0 < len(view.texts(".operation > h3")) < 5)
    assert "submitToolOutputs" in view.texts(".contents a")
    assert "createFile" not in view.texts(".contents a")
    view.one("#search").send_keys(" 没有")
    view.wait_for(lambda: view.one("#nothing-found").is_displayed())

    view.js("location.hash = '#createFile'")
    view.wait_for(lambda: view.one("#createFile").is_displayed())
    assert view.js("return document.querySelector('#search').value") == ""


def test_programs_stand_beside_the_shell(view: View, api: Api) -> None:
    view.open("/docs?lang=en")
    shell, python = view.all("#createThread .calls pre")[:2]

    assert "curl -X POST" in shell.text
    assert "client.threads.create()" in python.text
    assert shell.rect["y"] == python.rect["y"]


PLACES = ["#/", "#/threads/{thread}", "#/requests", "#/requests/1"]
PAGES = [f"/?lang={language}{place}" for place in PLACES for language in ("en", "zh")]


@pytest.mark.parametrize("path", [*PAGES, "/docs?lang=en", "/docs?lang=zh"])
def test_no_page_is_wider_than_a_phone(view: View, api: Api, path: str) -> None:
    """At 400 pixels nothing is cut off to the right, however long the words are."""
    thread = api.run(tools=[WEATHER], thread=said("long" * 500))["thread_id"]
    api.post("p" * 400)
    view.devtools(
        "Emulation.setDeviceMetricsOverride",
        width=400,
        height=800,
        deviceScaleFactor=1,
        mobile=True,
    )
    try:
        view.open(path.format(thread=thread))
        if path.startswith("/?"):
            view.wait_for_texts("#connection", [{"en": "up to date", "zh": "已是最新"}[path[7:9]]])
        for folded in view.all("details:not([open]) > summary")[:20]:
            if folded.is_displayed():
                folded.click()

        assert view.js("return document.documentElement.scrollWidth") <= 400
    finally:
        view.devtools("Emulation.clearDeviceMetricsOverride")


def said(text: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(view: View, api: Api, scheme: str) -> None:
    """Text and states stand out from what is behind them, by the ratio of WCAG AA."""
    view.devtools(
        "Emulation.setEmulatedMedia",
        features=[
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ],
    )
    try:
        where, _ = api.waiting_run()
        view.open(f"/?lang=en#/threads/{where['thread_id']}")
        view.wait_for(lambda: view.texts(".waits") != [])
        statuses = (
            "queued in_progress requires_action cancelling cancelled failed completed expired"
        )
        for chip in (".run .chip", "#threads .chip"):
            for status in statuses.split():
                view.js(
                    "document.querySelector(arguments[0]).dataset.status = arguments[1]",
                    chip,
                    status,
                )
                assert contrast(view, chip) >= 4.5, status
        texts = [".note", ".waits", ".text", ".bubble", ".took", "time", "button", ".strong"]
        for selector in ("body", ".top a", "#threads .note", "#requests code", *texts):
            assert contrast(view, selector) >= 4.5, selector
        page = luminance(view.js("return getComputedStyle(document.body).backgroundColor"))
        assert (page > 0.8) == (scheme == "light")
    finally:
        view.devtools("Emulation.setEmulatedMedia", features=[])


def contrast(view: View, selector: str) -> float:
    """Between an element's text and the nearest background behind it."""
    colours = view.js(
        """
        const colourOf = (one, name) => getComputedStyle(one).getPropertyValue(name);
        const element = document.querySelector(arguments[0]);
        let behind = element;
        while (colourOf(behind, "background-color") === "rgba(0, 0, 0, 0)") {
            behind = behind.parentElement;
        }
        return [colourOf(element, "color"), colourOf(behind, "background-color")];
        """,
        selector,
    )
    dark, light = sorted(luminance(colour) for colour in colours)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(one) / 255 for one in re.findall(r"\d+", colour)[:3]]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return sum(share * one for share, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_by_keyboard(view: View, api: Api) -> None:
    """Tab reaches everything that can be used, and Enter uses it."""
    thread = api.thread("长" * 2000)
    view.open(f"/?lang=en#/threads/{thread}")
    view.wait_for(lambda: view.texts("#requests a") != [] and view.texts(".message button") != [])
    keys = ActionChains(view.driver)
    reached = []
    for _ in range(20):
        keys.send_keys(Keys.TAB).perform()
        focused = view.js(
            "const one = document.activeElement;"
            "return [one.tagName, one.id || one.innerText.split('\\n')[0]]"
        )
        reached.append(tuple(focused))
        if focused == ["BUTTON", "Show all"]:
            keys.send_keys(Keys.ENTER).perform()
        if focused[0] == "A" and focused[1].startswith("200"):
            keys.send_keys(Keys.ENTER).perform()
            break

    assert reached[0] == ("A", "Skip to the live view")
    assert {("A", "API reference"), ("A", "中文"), ("BUTTON", "reset"), ("INPUT", "search")} <= set(
        reached
    )
    assert {tag for tag, _ in reached} >= {"TEXTAREA", "SELECT", "BUTTON", "A", "INPUT"}
    view.wait_for(lambda: view.one("#request").is_displayed())
    folded = "return document.querySelector('.message button').getAttribute('aria-expanded')"
    assert view.js(folded) == "true"
