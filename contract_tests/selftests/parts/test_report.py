"""Texts of the report: hidden tokens, curl lines, causes and the coverage table."""

from __future__ import annotations

import base64
import html
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import requests
from _pytest._code.code import ReprFileLocation
from schemathesis.core.failures import ServerError

from contract_tests.checks.coverage import Coverage
from contract_tests.checks.validation import BrokenPromises
from contract_tests.report.coverage_table import CoverageTable
from contract_tests.report.curl import curl
from contract_tests.report.first_lines import Causes
from contract_tests.report.plugin import RedactedReport
from contract_tests.report.redaction import Redactor
from contract_tests.target.exchange import Exchange
from contract_tests.target.gateway import Gateway

from .direct_requests import direct_response

SECRET = 'bce-v3/AL"TAK-密<钥>/0'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False).replace("/", "\\/"),
        json.dumps({"echo": json.dumps(SECRET)}),
        html.escape(SECRET),
        "".join(f"\\u{ord(char):04x}" for char in SECRET),
        quote(SECRET),
        quote(SECRET, safe=""),
        repr(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"Bearer {SECRET}".encode()).decode(),
    ],
)
def test_every_form_is_hidden(form: str) -> None:
    """The token is redacted in every form, and the text around it stays."""
    masked = Redactor("", "another", SECRET).text(f"<<{form}>>")

    assert masked.startswith("<<")
    assert masked.endswith(">>")
    assert "钥" not in masked
    assert "•••" in masked
    assert "TAK" not in masked


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (f"Bearer {SECRET}", '"Authorization: Bearer $TOKEN"'),
        ("Bearer other-密", '"Authorization: Bearer $OTHER_TOKEN"'),
        (SECRET, '"Authorization: $TOKEN"'),
        (f"Basic {SECRET}", '"Authorization: Basic $TOKEN"'),
        (f"Bearer {SECRET}0", '"Authorization: Bearer ${TOKEN}0"'),
        ("Bearer other-密2", '"Authorization: Bearer $LONGER"'),
        ("Bearer $wrong", "'Authorization: Bearer $wrong'"),
        ("Bearer", "'Authorization: Bearer'"),
        (None, None),
    ],
)
def test_curl_line_repeats_the_request(sent: str | None, shown: str | None) -> None:
    """A valid token of any user is shown by its variable; other headers as sent, or not at all."""
    headers = {} if sent is None else {"Authorization": sent}
    exchange = Exchange("queryThread", "by hand", datetime.now(UTC))
    exchange.request = requests.Request("POST", "http://x/y", headers=headers).prepare()

    line = curl(
        exchange, {SECRET: "TOKEN", "other-密": "OTHER_TOKEN", "other-密2": "LONGER", "u": "U"}
    )

    header = "" if shown is None else f"-H {shown} "
    assert line == f"curl -X POST {header}http://x/y"


def test_curl_line_with_a_query_and_a_body() -> None:
    """The shell interprets no part of the query and the body."""
    exchange = Exchange("createFile", "by hand", datetime.now(UTC))
    exchange.request = requests.Request("POST", "http://x/y?a=1&b=2", data="你好 $x").prepare()

    assert curl(exchange, {}).endswith("--data-raw '你好 $x' 'http://x/y?a=1&b=2'")


def test_masking_takes_no_longer_for_odd_texts() -> None:
    """The time grows with the length of the text, not with its square."""
    mask = Redactor(SECRET)
    text = "\\" * 400_000

    assert mask.text(text) == text


def test_causes_of_most_failures_come_first() -> None:
    """Failures that differ in operations, ids and numbers only have one cause."""
    causes = Causes()
    causes.add("a.py::one", "the model of the run is '甲'")
    for number, name in enumerate(("queryThread", "queryRun", "listRuns")):
        causes.add(f"b.py::{name}", f"{name}: expected 200, got 404: {{'request': {number}}}")
    causes.add("c.py::one", "asked for 'thread_0123456789ab', got an object of 3 fields")
    causes.add("c.py::two", "asked for 'thread_ba9876543210', got an object of 4 fields")
    causes.add("d.py::one", "something else")

    first, second, third, rest = causes.lines()
    assert first == (
        "1. queryThread, queryRun and 1 more operations: expected 200, got 404 "
        "(3 tests, the first: b.py::queryThread)"
    )
    assert second.endswith("(2 tests, the first: c.py::one)")
    assert third == "3. the model of the run is '甲' (a.py::one)"
    assert rest == "   … and 1 other causes."


def test_empty_cells_are_named() -> None:
    """Without any response every documented cell is empty, except for the excused ones."""
    nothing = CoverageTable(Coverage(), "live")
    empty = nothing.empty()

    assert "queryRun was never refused with 404" in empty
    assert "queryRun never succeeded" in empty
    assert "createRun never answered with a stream" in empty
    assert any(one.startswith("listRuns gave nothing that its link ") for one in empty)
    assert not [one for one in empty if one.endswith(("429", "500", "413"))]
    assert not [one for one in empty if "never ended a run" in one]
    on_the_mock = CoverageTable(Coverage(), "mock").empty()
    assert {
        "queryRun was never refused with 500",
        "createRun never ended a run as failed in a JSON answer or in a stream",
        "createRun never ended a run as expired in a JSON answer or in a stream",
    } <= set(on_the_mock)
    assert not [one for one in on_the_mock if one.startswith("submitToolOutputs never ended")]
    assert any("!0" in line for line in nothing.lines())


def test_errors_in_band_fill_their_cells(gateway: Gateway) -> None:
    """An error under status 200 is counted by itself, and where its status was expected."""
    refused = direct_response(gateway, "queryThread")
    refused.status_code = 200
    coverage = Coverage()
    coverage.count("queryThread", "by hand", refused)
    assert "queryThread was never refused with 404" in CoverageTable(coverage, "live").empty()

    coverage.counts_as("queryThread", 404)

    table = CoverageTable(coverage, "live")
    assert "queryThread was never refused with 404" not in table.empty()
    assert str(table.rows["queryThread"]["in band"]) == "1"
    assert str(table.rows["queryThread"]["2xx"]) == "!0"
    assert any("in band: errors under status 200" in line for line in table.lines())


def test_server_error_says_its_status(gateway: Gateway) -> None:
    """The report adds the status, which the message of schemathesis lacks."""
    response = direct_response(gateway, "listFiles")
    response.status_code, response.message = 502, "Bad Gateway"
    failure = ServerError(operation="POST /v2/storage/files/list", status_code=502)

    said = str(BrokenPromises("listFiles", [failure], response))

    assert said.startswith("listFiles: Server error: got 502 Bad Gateway\n"), said


def test_failure_passes_between_processes() -> None:
    """Of pytest-xdist, which send no class of ours; the text stays."""
    text = RedactedReport("listFiles: 坏了")
    text.reprcrash = ReprFileLocation("test_files.py", 1, "坏了")
    location = ("test_files.py", 0, "test_file")
    report = pytest.TestReport("test_file", location, {}, "failed", text, "call")

    sent = report._to_json()["longrepr"]

    assert type(sent) is str
    assert sent == "listFiles: 坏了"
