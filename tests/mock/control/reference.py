"""The operations of openapi.yaml, and articles of the API reference."""

from __future__ import annotations

import re

from appbuilder_mock.contract import the_contract

from tests.mock.control.page import Page

SPEC = the_contract().document
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
