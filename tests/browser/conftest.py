"""A headless Chromium of the machine's own, with a profile of its own, and a server to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.browser.view import View
from tests.mock.wire import Api

FLAGS = (
    "--headless",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1300,900",
)


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.exit(f"{name} is not installed; on Debian: apt install chromium chromium-driver", 1)
    return found


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # With both programs named, the driver looks for none and downloads none.
    driver = webdriver.Chrome(options=options, service=Service(program("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def api() -> Iterator[Api]:
    with (
        appbuilder_mock.running(ping_interval=0.2) as running,
        Api(running.url, running.token) as own,
    ):
        yield own


@pytest.fixture
def view(chromium: webdriver.Chrome, api: Api, tmp_path: Path) -> Iterator[View]:
    """The live view, and afterwards a look at the console: it must have stayed empty."""
    chromium.get_log("browser")  # what an earlier page left
    shown = View(chromium, api.url)
    shown.open("/?lang=en")
    yield shown
    complaints = [line["message"] for line in chromium.get_log("browser")]
    assert [one for one in complaints if not shown.expects(one)] == []
    chromium.get("about:blank")  # so that it asks the server no more
