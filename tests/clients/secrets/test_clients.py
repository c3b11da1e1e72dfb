"""Clients, their options, copies and log do not show the token."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import pytest

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer
from tests.clients.secrets.traces import NOWHERE, SECRET, assert_hidden, shown

BAD: dict[str, Any] = {
    "a line break": SECRET + "\n",
    "a space": " " + SECRET,
    "a space within": SECRET + " 0",
    "a space behind the prefix": f"Bearer {SECRET} 0",
    "Chinese": SECRET + "密",
    "bytes": SECRET.encode(),
    "a list": [SECRET],
}


@pytest.mark.parametrize("name", BAD)
def test_a_token_that_cannot_be_used(
    harness: ClientHarness, logged: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constructor refuses it and does not show it, given or from the environment."""
    with pytest.raises((TypeError, ValueError), match="token") as caught:
        harness.client_class(BAD[name], NOWHERE)
    assert_hidden(caught.value, logged)

    if isinstance(BAD[name], str):
        monkeypatch.setenv("APPBUILDER_TOKEN", BAD[name])
        with pytest.raises(ValueError, match="APPBUILDER_TOKEN") as caught_again:
            harness.client_class(gateway_url=NOWHERE)
        assert_hidden(caught_again.value, logged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"gateway_url": "ftp://gw.example"},
        {"gateway_url": "https://user:password@gw.example"},
        {"gateway_url": "https://user:password@gw.example:0"},
        {"gateway_url": "https://gw.example?"},
        {"gateway_url": "http://例子..example"},
        {"timeout": -1},
        {"retry": 3},
        {"verify": "没有.pem"},
        {"http_client": 5},
        {"default_headers": {"Authorization": "x"}},
        {"extra_body": {"a": {1}}},
        {"event_hooks": [5]},
    ],
    ids=str,
)
def test_other_wrong_options(harness: ClientHarness, logged: list[str], wrong: Any) -> None:
    """A client that is not made for another reason does not show the token either."""
    with pytest.raises((TypeError, ValueError, OSError)) as caught:
        harness.client_class(SECRET, **wrong)

    assert_hidden(caught.value, logged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadline": -1},
        {"gateway_url": "http://例子..example"},
        {"http_client": 5},
        {"extra_body": {}, "set_extra_body": {}},
    ],
    ids=str,
)
def test_a_copy_that_is_not_made(harness: ClientHarness, logged: list[str], wrong: Any) -> None:
    """`with_options` shows no token either."""
    client = harness.client_class("k", NOWHERE)

    with pytest.raises((TypeError, ValueError)) as caught:
        client.with_options(token=SECRET, **wrong)

    assert_hidden(caught.value, logged)


def test_the_objects(harness: ClientHarness) -> None:
    """Clients, their parts, settings and copies: shown, copied or pickled."""
    client = harness.client_class(SECRET, NOWHERE)
    parts = [
        client,
        client.with_options(timeout=3),
        client.with_raw_response,
        client.threads,
        client.threads.runs,
        client.assistants.files,
        client._caller,
        client._caller.settings,
        client._caller.settings.authorization,
        client.threads.runs.stream_run("a", "t"),
        client.threads.runs.stream_run_with_handler("a", "t"),
    ]

    for part in parts:
        assert SECRET not in f"{part}{part!r}{getattr(part, '__dict__', '')}"
        assert SECRET not in repr(copy.copy(part))
        try:
            pickled = pickle.dumps(part)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            assert SECRET not in "".join(shown(error))  # noqa: PT017
        else:
            assert SECRET.encode() not in pickled


PROGRAM = """
import sys
from appbuilder_assistants import AppBuilder, AssistantsError
client = AppBuilder(gateway_url=sys.argv[1], timeout=5)
try:
    client.threads.runs.query("t", "r")
except AssistantsError:
    pass
client.threads.runs.query("t", "r")
client.close()
"""


def test_the_log_that_a_variable_turns_on(serve: Serve) -> None:
    """APPBUILDER_LOG=debug shows each request and each retry on standard error, not the token."""
    answers = [answer({}, "401 x"), answer({}, "503 x", retry_after="0"), answer(RUN)]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))
    environ = {"APPBUILDER_TOKEN": SECRET, "APPBUILDER_LOG": "debug", "PYTHONUTF8": "1"}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, server.url],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environ,
        check=True,
    )

    assert server.exchanges[0].headers["authorization"].endswith(SECRET)
    assert done.stderr.count("queryRun POST /v2/threads/runs/query: ") == 3 + 1
    assert done.stderr.count("retrying") == 1
    assert SECRET not in done.stdout + done.stderr
