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


@pytest.mark.parametrize("path", ["/?lang=en", "/?lang=zh", "/docs?lang=en", "/docs?lang=zh"])
def test_no_page_is_wider_than_a_phone(view: View, api: Api, path: str) -> None:
    """At 400 pixels nothing is cut off to the right, however long the words are."""
    api.run(tools=[WEATHER])
    api.thread("long" * 500)
    api.post("p" * 400)
    view.devtools(
        "Emulation.setDeviceMetricsOverride",
        width=400,
        height=800,
        deviceScaleFactor=1,
        mobile=True,
    )
    try:
        view.open(path)
        if path.startswith("/?"):
            view.until(lambda: len(view.all(".thread")) == 2)
        for folded in view.all("details:not([open]) > summary")[:20]:
            folded.click()

        assert view.js("return document.documentElement.scrollWidth") <= 400
    finally:
        view.devtools("Emulation.clearDeviceMetricsOverride")


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
        view.open("/?lang=en")
        api.run(tools=[WEATHER])
        view.until(lambda: view.texts(".waits") != [])
        statuses = (
            "queued in_progress requires_action cancelling cancelled failed completed expired"
        )
        for status in statuses.split():
            view.js("document.querySelector('.chip').dataset.status = arguments[0]", status)
            assert contrast(view, ".chip") >= 4.5, status
        for selector in ("body", ".lead", ".note", ".waits", ".text", ".top a", "button", "time"):
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
    api.thread("长" * 2000)
    view.until(lambda: view.texts(".request") != [] and view.texts(".message button") != [])
    keys = ActionChains(view.driver)
    reached = []
    for _ in range(15):
        keys.send_keys(Keys.TAB).perform()
        focused = view.js(
            "const one = document.activeElement;return [one.tagName, one.innerText.split('\\n')[0]]"
        )
        reached.append(tuple(focused))
        if focused == ["BUTTON", "Show all"]:
            keys.send_keys(Keys.ENTER).perform()
        if focused[0] == "SUMMARY":
            keys.send_keys(Keys.ENTER).perform()
            break

    assert reached[0] == ("A", "Skip to the live view")
    assert {("A", "API reference"), ("A", "中文"), ("BUTTON", "Copy")} <= set(reached)
    assert view.texts(".message button") == ["Show less"]
    view.until(lambda: view.all(".request[open]"))
