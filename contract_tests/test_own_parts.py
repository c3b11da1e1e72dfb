"""What the tests themselves are made of: masking, pace, the journal, the reach."""

from __future__ import annotations

import base64
import html
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import appbuilder_mock
import httpx
import pytest
from schemathesis import Response

from . import journal, spec
from .journal import Made
from .masking import Mask
from .pace import NoRunsLeft, Pace, Runs
from .reach import Reach
from .reach_table import ReachTable
from .target import GENTLE, Target, UnusableTarget, chosen_profile, chosen_target
from .wire import Wire
from .world import World

SECRET = 'bce-v3/AL"TAK-密<钥>/0'


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Ctrl-C is heeded, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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


def test_filtered_header_can_be_pasted() -> None:
    """What schemathesis hides becomes a variable of the shell, in quotes that let it be one."""
    shown = Mask(SECRET, None, "other").text("curl -H 'Authorization: [Filtered]' http://x")

    assert shown == 'curl -H "Authorization: Bearer $TOKEN" http://x'


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
    assert left.delete_all(lambda operation_id, body: True) == []
    left.close()
    assert list(folder.iterdir()) == []


def test_what_cannot_be_deleted_stays_in_the_journal(folder: Path) -> None:
    mine = journal.journal_for("http://one", folder)
    mine.add(Made("file", "file-1"))
    mine.add(Made("assistant", "asst_1"))

    left = mine.delete_all(lambda operation_id, body: operation_id == "deleteAssistant")

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

    assert "queryRun: 404" in empty
    assert "createRun: stream" in empty
    assert "createThread: links" in empty
    assert not [one for one in empty if one.endswith(("429", "500", "413", "failed", "expired"))]
    on_the_mock = ReachTable(Reach(), "mock").empty()
    assert {"queryRun: 500", "createRun: failed", "createRun: expired"} <= set(on_the_mock)
    assert "submitToolOutputs: failed" not in on_the_mock
    assert any("!0" in line for line in nothing.lines())


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CONTRACT_TARGET": "live"}, "APPBUILDER_TOKEN is not set: nothing was sent"),
        ({"CONTRACT_TARGET": "http://x"}, "needs TOKEN"),
        ({"CONTRACT_TARGET": "localhost:1", "CONTRACT_TOKEN": "t"}, "expected `live` or an http"),
        ({"CONTRACT_TARGET": "http://a:b@x", "CONTRACT_TOKEN": "t"}, "holds a user"),
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


def wire_answer(wire: Wire, operation_id: str) -> Response:
    """An answer of the wire's target that did not pass through the wire."""
    assert wire.target is not None
    response = httpx.post(
        wire.target.url + spec.path(operation_id),
        json={},
        headers={"Authorization": f"Bearer {wire.target.token}"},
    )
    return Response.from_any(response)
