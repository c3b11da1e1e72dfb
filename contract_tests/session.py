"""One run: the target is made ready before tests are collected, and left as it was found."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from . import journal, spec
from .settings import SEED
from .target import TOKEN, UnusableTarget, chosen_profile, chosen_target, mock_target
from .wire import signals_put_off, wire
from .world import World

LAST = "test_reach.py"
OF_THE_SUITE = ("test_live.py", "test_own_parts.py")  # they start servers of their own


class Session:
    """A pytest plugin. `target` can be used from the moment when tests are collected."""

    def __init__(self) -> None:
        try:
            self.asked = chosen_target()
            self.profile = chosen_profile(self.asked)
        except UnusableTarget as error:
            raise pytest.UsageError(str(error)) from error
        self.target = self.asked
        self.whole = False  # all that this target can be asked is asked
        self.remains: list[str] = []  # on the target, in words
        self._stack = ExitStack()

    def pytest_report_header(self) -> list[str]:
        profile = self.profile
        told = [f"contract: {self.asked.url or 'the mock, started here'}", f"seed {SEED}"]
        if profile.per_second:
            told.append(f"at most {profile.per_second:g} requests a second")
        if profile.runs is not None:
            told.append(f"at most {profile.runs} runs")
        if self.asked.rehearsed:
            told.append("rehearsed on the mock, nothing is sent there")
        return [", ".join(told)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Make the target ready: tests are made from what there is on it."""
        if session.config.option.collectonly:
            return
        suite = Path(__file__).parent
        self.whole = [Path(one).resolve() for one in session.config.args] == [suite]
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        self._stack.callback(signal.signal, signal.SIGTERM, before)
        try:
            self._open()
        except UnusableTarget as error:
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out what is not for this target; what judges the reach comes last."""
        whole = self.whole
        if left_out := [item for item in items if not self._is_for_target(item)]:
            items[:] = [item for item in items if item not in left_out]
            config.hook.pytest_deselected(items=left_out)
        self.whole = whole
        items.sort(key=lambda item: item.path.name == LAST)

    def pytest_deselected(self) -> None:
        self.whole = False

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Delete what was made, also after Ctrl-C; a second one does not disturb that.

        The fixtures that still stand come before it: they may need the target.
        """
        try:
            yield
        finally:
            with signals_put_off():
                self._clean()
            self._stack.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.remains:
            terminalreporter.write_line(f"contract: {line}", red=True)

    def _is_for_target(self, item: pytest.Item) -> bool:
        if self.asked.kind != "mock" and item.path.name in OF_THE_SUITE:
            return False
        return not self.profile.only_gentle or item.get_closest_marker("gentle") is not None

    def _open(self) -> None:
        if self.asked.kind == "mock":
            self.target = self._stack.enter_context(mock_target())
            wire.attach(self.target, self.profile, None)
            return
        if self.asked.rehearsed:
            import appbuilder_mock

            mock = self._stack.enter_context(appbuilder_mock.running(token=TOKEN))
            self.target = replace(self.asked, url=mock.url, token=TOKEN, other_token=None)
            self.profile = replace(self.profile, per_second=None)
        wire.attach(self.target, self.profile, None)
        delete_left_behind(self.remains)
        wire.journal = journal.journal_for(self.target.url)
        spec.rename(World(wire).make())

    def _clean(self) -> None:
        if wire.journal is not None:
            self.remains += delete_all(wire.journal)
            wire.journal.close()


def delete_left_behind(remains: list[str]) -> int:
    """Delete what killed runs left on the target of the wire; how many things there were."""
    assert wire.target is not None
    found = 0
    for old in journal.left_behind(wire.target.url):
        found += len(old.left)
        remains += delete_all(old)
        old.close()
    return found


def delete_all(of: journal.Journal) -> list[str]:
    """Delete what a journal says is there; in words what could not be."""
    refused = [f"could not delete {made.kind} {made.id}" for made in of.delete_all(_delete)]
    return [*refused, *_unknown(of)]


def _delete(operation_id: str, body: dict[str, str]) -> bool:
    """Whether the thing is gone now."""
    try:
        return wire.post(operation_id, json=body).status_code in (200, 404)
    except httpx.HTTPError:
        return False


def _unknown(of: journal.Journal) -> Iterator[str]:
    if of.unanswered:
        yield (
            f"{of.unanswered} requests to create something had no answer: what they may have made "
            "has no known id and was not deleted"
        )
