"""The vendor's own assistant tests and notebooks, by their behaviour, on both SDKs.

`vendor_programs.py` says what each needs; here it is held to that. The table is printed at the end.
"""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import appbuilder
import pytest

from tests.interop.process import serving
from tests.interop.vendor_program import Program
from tests.interop.vendor_programs import VENDOR
from tests.sent_requests import SentRequests

# Arguments chosen by the service's model in the recordings; the mock server omits optional ones.
SCENARIO = """
rules:
  - match: {text: 今天北京的天气怎么样？}
    tool_rounds:
      - - {name: get_cur_whether, arguments: '{"location":"北京","unit":"摄氏度"}'}
"""

# As the official client's code needs them.
REFUSALS_IN_BODY = ("--errors", "body", "--reading", "unknown-file=null")

NAME = attrgetter("name")
OFFICIAL = [program for program in VENDOR if not program.official]
HERE = [program for program in VENDOR if not program.here]


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("scenario") / "weather.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="session")
def url_of_statuses(scenario: str) -> Iterator[str]:
    with serving("--scenario", scenario) as url:
        yield url


@pytest.fixture(scope="session")
def url_of_bodies(scenario: str) -> Iterator[str]:
    with serving("--scenario", scenario, *REFUSALS_IN_BODY) as url:
        yield url


@pytest.fixture(autouse=True)
def surroundings(
    request: pytest.FixtureRequest,
    program: Program,
    environment: None,
    monkeypatch: pytest.MonkeyPatch,
    sent_requests: SentRequests,
) -> Iterator[None]:
    """The server; a component without its service. Programs may send what is to be refused."""
    server = "url_of_bodies" if program.refusals_in_body else "url_of_statuses"
    monkeypatch.setenv("GATEWAY_URL", request.getfixturevalue(server))
    monkeypatch.setattr(appbuilder, "assistant", appbuilder.assistant)
    monkeypatch.setattr(
        appbuilder.AnimalRecognition, "tool_eval", lambda *_, **options: iter(["大熊", "猫"])
    )
    yield
    sent_requests.take()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with an image, and one for downloads."""
    (tmp_path / "下载").mkdir()
    (tmp_path / "图.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return tmp_path


def failure_of(source: str, program: Program, data: Path) -> str:
    """Run one function of a program; what it raised, in a line, or nothing."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            names: dict[str, object] = {"__name__": "program"}
            exec(compile(source, program.file, "exec"), names)
            function = names[program.function]
            assert callable(function)
            function(data)
        # pytest.raises fails with what is no Exception.
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001
            return traceback.format_exception_only(error)[-1].strip()
    return ""


@pytest.mark.parametrize("program", OFFICIAL, ids=NAME)
def test_official(program: Program, data: Path) -> None:
    """As it stands."""
    assert failure_of(program.source(), program, data) == ""


@pytest.mark.parametrize("program", HERE, ids=NAME)
def test_here_by_the_import_lines(program: Program, data: Path) -> None:
    """With its import lines changed: it runs, or it needs more, as the table says."""
    failure = failure_of(program.with_imports_changed(), program, data)

    assert bool(failure) == bool(program.edits), failure or "it needs no edits"


@pytest.mark.parametrize("program", [one for one in HERE if one.edits], ids=NAME)
def test_here_after_the_edits(program: Program, data: Path) -> None:
    """With those of the table."""
    assert failure_of(program.edited(), program, data) == ""
