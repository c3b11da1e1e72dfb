"""The API reference as a page."""

from __future__ import annotations

import pytest
from appbuilder_mock.pages.reference import written

from tests.mock.control.reference import SPEC


@pytest.fixture(scope="module")
def docs() -> str:
    return written(SPEC, "en")
