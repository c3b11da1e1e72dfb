"""What the tests themselves are made of: masking, pace, the journal, the reach."""

from __future__ import annotations

import base64
import html
import json
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import appbuilder_mock
import httpx
import pytest
import requests
from schemathesis import Response
from schemathesis.core.failures import ServerError

from contract_tests.checks.coverage import Reach
from contract_tests.checks.validation import BrokenPromises
from contract_tests.client import fixtures as whose
from contract_tests.report.coverage_table import ReachTable
from contract_tests.report.curl import curl
from contract_tests.report.first_lines import Causes
from contract_tests.report.redaction import Mask
from contract_tests.spec import document as spec
from contract_tests.target import cleanup as clean_up
from contract_tests.target import journal
from contract_tests.target.example_objects import World
from contract_tests.target.gateway import Exchange, Wire, answer_of
from contract_tests.target.journal import Made
from contract_tests.target.limits import NoRunsLeft, Pace, Runs, asked_pause
from contract_tests.target.liveness import TargetStopped
from contract_tests.target.target import (
    FULL,
    GENTLE,
    Target,
    UnusableTarget,
    chosen_profile,
    chosen_target,
)

pytestmark = pytest.mark.usefixtures("heeded")

SECRET = 'bce-v3/AL"TAK-密<钥>/0'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def wire(folder: Path) -> Iterator[Wire]:
    """To a mock of its own, without the examples' objects."""
    with appbuilder_mock.running() as mock:
        own = Wire()
        own.attach(Target(mock.url, mock.token, "server"), GENTLE, journal.journal_for("x", folder))
        own.pace = Pace(None)
        yield own
        assert own.journal is not None
        own.journal.close()


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
    """Nothing of it is left, and what is around it stays."""
    masked = Mask("", "another", SECRET).text(f"<<{form}>>")

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
        (f"Basic {SECRET}", '"Authorization: Basic $TOKEN"'),
        (f"Bearer {SECRET}0", '"Authorization: Bearer ${TOKEN}0"'),
        ("Bearer other-密2", '"Authorization: Bearer $LONGER"'),
        ("Bearer $wrong", "'Authorization: Bearer $wrong'"),
        ("Bearer", "'Authorization: Bearer'"),
        (None, None),
    ],
)
def test_curl_line_sends_what_was_sent(sent: str | None, shown: str | None) -> None:
    """A right token by its name, whosever it is; anything else as it was, or not at all."""
    headers = {} if sent is None else {"Authorization": sent}
    exchange = Exchange("queryThread", "by hand", datetime.now(UTC))
    exchange.request = requests.Request("POST", "http://x/y", headers=headers).prepare()

    line = curl(
        exchange, {SECRET: "TOKEN", "other-密": "OTHER_TOKEN", "other-密2": "LONGER", "u": "U"}
    )

    header = "" if shown is None else f"-H {shown} "
    assert line == f"curl -X POST {header}http://x/y"


def test_curl_line_with_a_query_and_a_body() -> None:
    """Nothing of it is for the shell."""
    exchange = Exchange("createFile", "by hand", datetime.now(UTC))
    exchange.request = requests.Request("POST", "http://x/y?a=1&b=2", data="你好 $x").prepare()

    assert curl(exchange, {}).endswith("--data-raw '你好 $x' 'http://x/y?a=1&b=2'")


def test_masking_takes_no_longer_for_odd_texts() -> None:
    """Each character is looked at a few times, not once for each before it."""
    mask = Mask(SECRET)
    text = "\\" * 400_000

    assert mask.text(text) == text


def test_pace() -> None:
    """Requests that come at once begin so far apart; a pause that is asked for comes on top."""
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(4, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.wait()
    now[0] += 10
    pace.wait()
    pace.put_off(3)
    pace.wait()

    assert slept == [0.25, 0.25, 3.0]


def test_runs_are_limited() -> None:
    """A refused one does not count, one too many is not sent, and look-ups are free."""
    runs = Runs(2)
    for operation_id in ("createRun", "queryRun", "submitToolOutputs"):
        runs.take(operation_id)
    runs.give_back("createRun")
    runs.take("createRun")

    with pytest.raises(NoRunsLeft, match="all 2 runs"):
        runs.take("submitToolOutputs")
    runs.take("queryRun")


def test_journal_outlives_its_process(folder: Path) -> None:
    """Another reads what is left, a line cut off by a kill or not; a held file is let be."""
    mine = journal.journal_for("http://one", folder)
    for id_ in ("thread_1", "thread_2"):
        mine.asks("createThread")
        mine.answers("createThread")
        mine.succeeded("createThread", {}, {"id": id_})
    mine.succeeded("deleteThread", {"thread_id": "thread_1"}, {})
    mine.asks("createFile")
    assert list(journal.left_behind("http://one", folder)) == []
    mine._file.write('{"made": ["thr')
    mine._file.close()

    [left] = journal.left_behind("http://one", folder)
    assert list(left.left) == [Made("thread", "thread_2")]
    assert left.unanswered == 1
    assert list(journal.left_behind("http://two", folder)) == []
    assert left.delete_all(lambda operation_id, body, owner: True) == []
    left.close()
    assert list(folder.iterdir()) == []


def test_what_cannot_be_deleted_stays_in_the_journal(folder: Path) -> None:
    mine = journal.journal_for("http://one", folder)
    mine.add(Made("file", "file-1"))
    mine.add(Made("assistant", "asst_1"))

    left = mine.delete_all(lambda operation_id, body, owner: operation_id == "deleteAssistant")

    assert left == [Made("file", "file-1")]
    mine.close()
    [again] = journal.left_behind("http://one", folder)
    assert list(again.left) == left
    again.drop(left[0])
    again.close()


def test_interrupted_while_it_is_made(wire: Wire) -> None:
    """Ctrl-C during the request that makes a thread comes when the thread is in the journal."""

    def send() -> Response:
        signal.raise_signal(signal.SIGINT)
        return wire_answer(wire, "createThread")

    assert wire.target is not None
    with pytest.raises(KeyboardInterrupt):
        wire.ask("createThread", send, base_url=wire.target.url)

    assert wire.journal is not None
    assert [made.kind for made in wire.journal.left] == ["thread"]


def test_threads_that_runs_make_are_known(wire: Wire) -> None:
    """The thread that a run makes is noted, told as JSON or in events; a named one is not."""
    assert wire.journal is not None
    assistant = wire.post("createAssistant", json={"name": "助手"}).json()["id"]
    thread = {"messages": [{"role": "user", "content": "你好"}]}
    body = {"assistant_id": assistant, "thread": thread}
    made = wire.post("createRun", json=body).json()["thread_id"]
    wire.post("createRun", json={**body, "thread_id": made})
    wire.post("createRun", json={**body, "stream": True})

    assert [one.kind for one in wire.journal.left] == ["assistant", "thread", "thread"]
    assert wire.runs.made.total() == 3
    assert wire.journal.unanswered == 0


def test_asked_too_often(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service refuses because of the rate is sent again after the time it asked for."""
    put_off: list[float] = []
    monkeypatch.setattr(wire.pace, "put_off", put_off.append)
    sent = iter([429, 429, 200])
    answer = wire_answer(wire, "createThread")

    def send() -> Response:
        answer.status_code = next(sent)
        answer.headers["retry-after"] = ["3"]
        return answer

    assert wire.target is not None
    wire.ask("createThread", send, base_url=wire.target.url)

    assert put_off == [3.0, 3.0]


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("3", 3.0), ("0", 0.0), ("", 2.0), ("soon", 2.0), ("Fri, 01 Jan 2021 00:00:00 GMT", 0.0)],
)
def test_pause_that_is_asked_for(retry_after: str, seconds: float) -> None:
    assert asked_pause(retry_after) == seconds


def test_pause_until_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert 3000 < asked_pause(date) < 3700


def test_long_pause_is_not_made(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is then the refusal, which its test tells of."""
    put_off: list[float] = []
    monkeypatch.setattr(wire.pace, "put_off", put_off.append)
    answer = wire_answer(wire, "createThread")
    answer.status_code = 429
    answer.headers["retry-after"] = ["3600"]

    assert wire.target is not None
    got = wire.ask("createThread", lambda: answer, base_url=wire.target.url)

    assert got.status_code == 429
    assert put_off == []


def test_silent_target_is_not_waited_for(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """When things are deleted, patience is short."""
    monkeypatch.setattr(clean_up, "PATIENCE", 0.3)
    assert wire.journal is not None
    for _ in range(2):
        wire.post("createThread", json={})
    assert wire.target is not None
    pause = {"match": {"operation": "deleteThread"}, "fault": {"pause": {"seconds": 5}}}
    control = f"{wire.target.url}/_mock/scenario"
    httpx.post(control, json={"rules": [pause]}).raise_for_status()

    [stopped, later] = clean_up.delete_all(wire, wire.journal)

    assert "no answer to a deletion" in stopped
    assert "2 things are left there" in stopped
    assert later == f"to delete them: make contract-clean TARGET={wire.target.url} TOKEN=$TOKEN"


def test_second_users_things_need_that_token(folder: Path) -> None:
    """Without it they stay in the journal, where a 404 for another user would forget them."""
    with appbuilder_mock.running(other_token="other") as mock:
        users = Wire()
        both = Target(mock.url, mock.token, "server", other_token="other")
        users.attach(both, FULL, journal.journal_for("x", folder))
        users.post("createThread", owner="second", json={})
        assert users.journal is not None
        [made] = users.journal.left
        assert made.owner == "second"

        users.target = replace(both, other_token=None)
        [told] = clean_up.delete_all(users, users.journal)
        assert (
            told == f"could not delete thread {made.id} of the second user, which takes OTHER_TOKEN"
        )
        assert list(users.journal.left) == [made]

        users.target = both
        assert clean_up.delete_all(users, users.journal) == []
        assert mock.state()["threads"] == []
        users.journal.close()


def test_world_has_every_example(wire: Wire) -> None:
    """Each id in a request example stands for something that was made, by three runs."""
    ids = World(wire).make()

    named = {
        value
        for _, example in spec.examples()
        for name, value in example.items()
        if name.endswith("_id") and value
    }
    assert named <= set(ids)
    assert len(set(ids.values()) - {"step-1"}) == len(ids) - 1
    assert wire.runs.made.total() == 3


def test_empty_cells_are_named() -> None:
    """With nothing reached every documented cell is empty, but for what is excused."""
    nothing = ReachTable(Reach(), "live")
    empty = nothing.empty()

    assert "queryRun was never refused with 404" in empty
    assert "queryRun never succeeded" in empty
    assert "createRun never answered with a stream" in empty
    assert any(one.startswith("listRuns gave nothing that its link ") for one in empty)
    assert not [one for one in empty if one.endswith(("429", "500", "413"))]
    assert not [one for one in empty if "never ended a run" in one]
    on_the_mock = ReachTable(Reach(), "mock").empty()
    assert {
        "queryRun was never refused with 500",
        "createRun never ended a run as failed in a JSON answer or in a stream",
        "createRun never ended a run as expired in a JSON answer or in a stream",
    } <= set(on_the_mock)
    assert not [one for one in on_the_mock if one.startswith("submitToolOutputs never ended")]
    assert any("!0" in line for line in nothing.lines())


def test_errors_in_band_fill_their_cells(wire: Wire) -> None:
    """An error under status 200 is counted by itself, and where its status was expected."""
    refused = wire_answer(wire, "queryThread")
    refused.status_code = 200
    reach = Reach()
    reach.count("queryThread", "by hand", refused)
    assert "queryThread was never refused with 404" in ReachTable(reach, "live").empty()

    reach.stood_for("queryThread", 404)

    table = ReachTable(reach, "live")
    assert "queryThread was never refused with 404" not in table.empty()
    assert str(table.rows["queryThread"]["in band"]) == "1"
    assert str(table.rows["queryThread"]["2xx"]) == "!0"
    assert any("in band: errors under status 200" in line for line in table.lines())


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CONTRACT_TARGET": "live"}, "APPBUILDER_TOKEN is not set: nothing was sent"),
        ({"CONTRACT_TARGET": "http://x"}, "needs TOKEN"),
        (
            {"CONTRACT_TARGET": "localhost:1", "CONTRACT_TOKEN": "t" * 8},
            "expected `live` or an http",
        ),
        ({"CONTRACT_TARGET": "http://a:b@x", "CONTRACT_TOKEN": "t" * 8}, "holds a user"),
        ({"CONTRACT_TARGET": "http://x", "CONTRACT_TOKEN": "t" * 7}, "TOKEN has 7 characters"),
        ({"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": "密" * 7}, "APPBUILDER_TOKEN has 7"),
        (
            {
                "CONTRACT_TARGET": "http://x",
                "CONTRACT_TOKEN": "t" * 8,
                "CONTRACT_OTHER_TOKEN": "e",
            },
            "OTHER_TOKEN has 1 characters",
        ),
        ({"CONTRACT_RATE": "quick"}, "RATE is 'quick'"),
        ({"CONTRACT_RUNS": "0"}, "RUNS is '0'"),
    ],
)
def test_unusable(environment: dict[str, str], told: str) -> None:
    with pytest.raises(UnusableTarget, match=told):
        chosen_profile(chosen_target(environment), environment)


def test_public_gateway() -> None:
    """The live service is where the spec says, or where GATEWAY_URL says; its token is hidden."""
    live = chosen_target({"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": SECRET})
    other = chosen_target(
        {"CONTRACT_TARGET": "live", "APPBUILDER_TOKEN": SECRET, "GATEWAY_URL": "http://x/"}
    )

    assert live.url == spec.DOCUMENT["servers"][0]["url"]
    assert other.url == "http://x"
    assert SECRET not in repr(live)
    assert chosen_profile(live, {}) == GENTLE


@pytest.fixture
def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_target_that_is_gone(wire: Wire, closed_port: int) -> None:
    """The first request without an answer is followed by a look-up, the next is not sent."""
    assert wire.target is not None
    wire.target = replace(wire.target, url=f"http://127.0.0.1:{closed_port}")
    sent: list[str] = []

    def send() -> Response:
        sent.append("one")
        return Response.from_any(httpx.post(wire_url(wire, "queryThread"), json={}))

    for _ in range(2):
        with pytest.raises(TargetStopped, match="queryThread: ConnectError"):
            wire.ask("queryThread", send, base_url=wire.target.url)

    assert sent == ["one"]


def test_target_that_drops_one_request(wire: Wire) -> None:
    """A server that answers a look-up has not stopped: the test fails, and the run continues."""
    assert wire.target is not None
    control = f"{wire.target.url}/_mock/scenario"
    cut = {"match": {"operation": "queryThread"}, "fault": {"reset": "before_reading"}}
    httpx.post(control, json={"rules": [cut]}).raise_for_status()

    def send() -> Response:
        headers = {"Authorization": f"Bearer {wire.target.token}"} if wire.target else {}
        return Response.from_any(
            httpx.post(wire_url(wire, "queryThread"), json={}, headers=headers)
        )

    with pytest.raises(httpx.TransportError):
        wire.ask("queryThread", send, base_url=wire.target.url)
    assert not wire.stopped


def test_query_is_told_as_it_was_sent(wire: Wire) -> None:
    """Once, in every report; schemathesis' own conversion repeats it."""
    files = {"file": ("说明.txt", "你好".encode(), "text/plain")}
    response = wire.post("createFile", params={"purpose": "assistant"}, files=files)

    assert str(response.request.url).partition("?")[2] == "purpose=assistant"


def test_things_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """When they are old, because runs expire; what cannot be made is not tried again."""
    now = [0.0]
    monkeypatch.setattr(whose, "things_of", lambda caller: object())
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    things = whose.RenewedThings(None)  # type: ignore[arg-type]

    first = things.get()
    now[0] += whose.FRESH
    assert things.get() is first
    now[0] += 1
    assert things.get() is not first

    broken = whose.RenewedThings(None)  # type: ignore[arg-type]
    tries: list[int] = []

    def fails(_caller: object) -> object:
        tries.append(1)
        raise AssertionError("createAssistant: 什么也没有")

    monkeypatch.setattr(whose, "things_of", fails)
    for _ in range(2):
        with pytest.raises(AssertionError, match="什么也没有"):
            broken.get()
    assert len(tries) == 1


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


def test_unanswered_request_is_noted(wire: Wire) -> None:
    """It is the request that a failure shows, and not the one before it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v2/threads"

        def send() -> Response:
            return answer_of(httpx.post(url, content='{"问": 1}'.encode(), timeout=0.1))

        assert wire.target is not None
        with pytest.raises(httpx.ReadTimeout):
            wire.ask("createThread", send, base_url=wire.target.url)

    assert wire.newest is not None
    assert wire.newest.request is not None
    assert wire.newest.request.url == url
    assert wire.newest.request.body == '{"问": 1}'.encode()


def test_server_error_says_its_status(wire: Wire) -> None:
    """Of itself schemathesis says no more of it than that it is one."""
    response = wire_answer(wire, "listFiles")
    response.status_code, response.message = 502, "Bad Gateway"
    failure = ServerError(operation="POST /v2/storage/files/list", status_code=502)

    said = str(BrokenPromises("listFiles", [failure], response))

    assert said.startswith("listFiles: Server error: got 502 Bad Gateway\n"), said


def wire_url(wire: Wire, operation_id: str) -> str:
    assert wire.target is not None
    return wire.target.url + spec.path(operation_id)


def wire_answer(wire: Wire, operation_id: str) -> Response:
    """An answer of the wire's target that did not pass through the wire."""
    assert wire.target is not None
    response = httpx.post(
        wire.target.url + spec.path(operation_id),
        json={},
        headers={"Authorization": f"Bearer {wire.target.token}"},
    )
    return Response.from_any(response)
