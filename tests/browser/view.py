"""A page in a browser, in the words of the tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")
PATIENCE = 20  # seconds until a test fails; the page itself looks every second


class View:
    """The view of one server."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        self.expected: list[str] = []  # parts of console messages that are no fault

    def open(self, path: str) -> None:
        self.driver.get(self.url + path)

    def expects(self, message: str) -> bool:
        return any(part in message for part in self.expected)

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def devtools(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def all(self, selector: str) -> list[WebElement]:
        found: list[WebElement] = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def one(self, selector: str) -> WebElement:
        [found] = self.all(selector)
        return found

    def texts(self, selector: str) -> list[str]:
        """Of those that are to be seen; in one step, so that no element can go away in between."""
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter((e) => e.getClientRects().length).map((e) => e.innerText)"
        )
        found: list[str] = self.js(script, selector)
        return found

    def wait_for(self, what: Callable[[], T]) -> T:
        """Wait until it is true, or fail and say what the page shows."""
        deadline = time.monotonic() + PATIENCE
        while not (result := what()):
            if time.monotonic() > deadline:
                shown = self.js("return document.body.innerText")
                raise AssertionError(f"still not so; the page shows: {shown}")
            time.sleep(0.05)
        return result

    def wait_for_texts(self, selector: str, texts: list[str]) -> None:
        try:
            self.wait_for(lambda: self.texts(selector) == texts)
        except AssertionError:
            assert self.texts(selector) == texts

    def wait_for_polls(self, times: int = 2) -> None:
        """Wait until the page has asked the server again, so many times."""
        asked = (
            "return performance.getEntriesByType('resource')"
            ".filter((one) => one.name.includes('/_mock/live?')).length"
        )
        before = self.js(asked)
        self.wait_for(lambda: self.js(asked) >= before + times)
