"""The files of a recorded session: the rules that do not fit into one are in the next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import appbuilder_mock
from appbuilder_mock.recording.secrets import Secrets
from appbuilder_mock.recording.session import Session
from appbuilder_mock.scenarios import Reply, Rule, read_scenario

from tests.mock.recording.sessions import asking, recorder, run_streamed


def test_a_full_file(tmp_path: Path) -> None:
    """The recording continues in the next file; each is a scenario of its own calls."""
    file, next_file = tmp_path / "s.yaml", tmp_path / "s-2.yaml"
    long = Rule(reply=Reply("字" * 6000, chunk_size=2))  # 6000 values with their pauses
    with (
        appbuilder_mock.running(scenario=[long]) as upstream,
        recorder(file, upstream.url, upstream.token) as api,
    ):
        assistant = api.assistant()
        for text in ("一", "二"):
            run_streamed(api, assistant_id=assistant, **asking(text))

    assert [rule.match.text for rule in read_scenario(file).rules] == ["一"]
    assert [rule.match.text for rule in read_scenario(next_file).rules] == ["二"]


def test_the_number_of_a_failure_in_the_next_file(tmp_path: Path) -> None:
    """Counts the calls since that file has begun."""
    session = Session(tmp_path / "s.yaml", Secrets())
    notices: list[str] = []
    session.on_notice = notices.append

    async def call(status: int, body: str) -> None:
        exchange = session.begin("queryRun", 0.0)
        exchange.status, exchange.response = status, bytearray(body.encode())
        await session.finished(exchange)

    async def calls() -> None:
        for body in ("x" * 400_000, "y" * 400_000, "z" * 400_000, "short"):
            await call(500, body)
            await call(200, '{"id": "run_1"}')

    asyncio.run(calls())

    numbers = [
        [rule.match.nth for rule in read_scenario(tmp_path / name).rules]
        for name in ("s.yaml", "s-2.yaml")
    ]
    assert numbers == [[1, 2], [1, 2]]  # a call that a rule takes is not counted by the next one
    assert notices == [
        f"{tmp_path / 's.yaml'} is full: the recording continues in {tmp_path / 's-2.yaml'}"
    ]
    assert str(tmp_path / "s-2.yaml") in session.summary()


def test_two_recorders_of_one_file(tmp_path: Path) -> None:
    """A recorder with a replaced file continues in the next one, with all that it has."""
    file = tmp_path / "s.yaml"
    with (
        appbuilder_mock.running() as upstream,
        recorder(file, upstream.url, upstream.token) as first,
    ):
        first.run(**asking("一"))
        with recorder(file, upstream.url, upstream.token) as second:
            second.run(**asking("二"))
            first.run(**asking("三"))

    assert [rule.match.text for rule in read_scenario(file).rules] == ["二"]
    others = read_scenario(tmp_path / "s-2.yaml").rules
    assert [rule.match.text for rule in others] == ["一", "三"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["s-2.yaml", "s.yaml"]
