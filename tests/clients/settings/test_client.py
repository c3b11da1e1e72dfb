"""The client objects: options, ownership of connections, representations."""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from appbuilder_assistants import AppBuilder, AssistantsError, AsyncAppBuilder, RetryPolicy

from tests.clients.bodies import OUTPUTS, RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer


class Recorder:
    """An httpx client that answers by itself and records its requests."""

    def __init__(self, harness: ClientHarness) -> None:
        self.requests: list[httpx.Request] = []
        self.http: Any = harness.http(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json=RUN)

    @property
    def timeout(self) -> dict[str, float | None]:
        timeout: dict[str, float | None] = self.requests[-1].extensions["timeout"]
        return timeout


@pytest.fixture
def recorder(harness: ClientHarness) -> Recorder:
    return Recorder(harness)


def test_resources_are_made_once(harness: ClientHarness) -> None:
    """Reading a resource again gives the same object."""
    client = harness.client_class("k")

    assert client.threads is client.threads
    assert client.threads.runs is client.threads.runs
    assert client.threads.messages is client.threads.messages
    assert client.threads.runs.steps is client.threads.runs.steps
    assert client.assistants is client.assistants
    assert client.assistants.files is client.assistants.files


def test_the_default_time_outs(harness: ClientHarness, recorder: Recorder) -> None:
    """5 s to connect; 30 s of silence for a look-up, 600 s where a model is at work."""
    client = harness.client("k", http_client=recorder.http)

    client.threads.runs.query("t", "r")
    look_up = recorder.timeout
    client.threads.runs.run("a", "t")
    run = recorder.timeout
    client.threads.runs.submit_tool_outputs("r", "t", OUTPUTS)
    submit = recorder.timeout
    with pytest.raises(AssistantsError):
        list(client.threads.runs.stream_run("a", "t"))
    stream = recorder.timeout

    assert (look_up["connect"], look_up["read"]) == (5.0, 30.0)
    assert run == submit == stream
    assert (run["connect"], run["read"]) == (5.0, 600.0)


def test_time_outs_of_ones_own(harness: ClientHarness, recorder: Recorder) -> None:
    """Seconds hold for each phase; an httpx.Timeout is taken as it is."""
    client = harness.client("k", http_client=recorder.http, timeout=7)
    client.threads.runs.run("a", "t")
    assert recorder.timeout == dict.fromkeys(("connect", "read", "write", "pool"), 7)

    own = httpx.Timeout(connect=1, read=None, write=3, pool=4)
    client.with_options(timeout=own).threads.runs.run("a", "t")
    assert recorder.timeout == {"connect": 1, "read": None, "write": 3, "pool": 4}


def test_with_options(harness: ClientHarness, recorder: Recorder) -> None:
    """A copy has its own options, the others stay, and the original is unchanged."""
    client = harness.client("k", http_client=recorder.http, timeout=7, retry=AT_ONCE)
    quick = client.with_options(timeout=1).with_options(retry=RetryPolicy(attempts=1))
    default = client.with_options(timeout=None)

    quick.threads.runs.query("t", "r")
    assert recorder.timeout["read"] == 1
    default.threads.runs.query("t", "r")
    assert recorder.timeout["read"] == 30.0
    client.threads.runs.query("t", "r")
    assert recorder.timeout["read"] == 7


def test_with_options_shares_the_connections(harness: ClientHarness, serve: Serve) -> None:
    """A copy opens none of its own, and closing it closes none."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url)

    client.threads.runs.query("t", "r")
    with client.with_options(timeout=5) as copy:
        copy.threads.runs.query("t", "r")
    client.threads.runs.query("t", "r")

    assert server.connections == 1


def test_retries_of_ones_own(harness: ClientHarness, serve: Serve) -> None:
    """`with_options(retry=...)` changes how often a call is sent."""
    server = serve(lambda exchange: exchange.send(answer({}, "503 Service Unavailable")))
    client = harness.client("k", server.url, retry=RetryPolicy(attempts=1))

    with pytest.raises(AssistantsError):
        client.threads.runs.query("t", "r")
    assert len(server.exchanges) == 1
    with pytest.raises(AssistantsError):
        client.with_options(retry=AT_ONCE).threads.runs.query("t", "r")
    assert len(server.exchanges) == 4


def test_a_given_http_client_stays_open(harness: ClientHarness, recorder: Recorder) -> None:
    """The http client is closed by its maker."""
    with harness.client("k", http_client=recorder.http) as client:
        client.threads.runs.query("t", "r")

    assert recorder.http.is_closed is False


def test_the_wrong_http_client(harness: ClientHarness) -> None:
    """A client of the other kind is refused at once."""
    wrong = httpx.AsyncClient() if harness.name == "sync" else httpx.Client()

    with pytest.raises(TypeError, match=f"http_client: {harness.client_class.__name__} takes"):
        harness.client("k", http_client=wrong)


def test_no_token(harness: ClientHarness) -> None:
    """A client without a token is not made."""
    with pytest.raises(ValueError, match="export APPBUILDER_TOKEN"):
        harness.client()


@pytest.mark.parametrize("gateway", ["http://例子..example", "http://xn--", "http://☃.net"])
def test_a_gateway_that_is_no_host(harness: ClientHarness, gateway: str) -> None:
    """A host name that cannot be looked up is refused when the client is made."""
    with pytest.raises(ValueError, match="gateway_url: "):
        harness.client("k", gateway)


def test_the_environment(
    harness: ClientHarness, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Token, gateway and prefix come from the environment when they are not given."""
    monkeypatch.setenv("APPBUILDER_TOKEN", "env")
    monkeypatch.setenv("GATEWAY_URL", "gw.example/")
    monkeypatch.setenv("SECRET_KEY_PREFIX", "Key")

    harness.client(http_client=recorder.http).threads.runs.query("t", "r")

    assert str(recorder.requests[0].url) == "https://gw.example/v2/threads/runs/query"
    assert recorder.requests[0].headers["authorization"] == "Key env"


def test_the_decoder_in_use(
    harness: ClientHarness, decoder: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client's `repr` names it, and the log when the client is made."""
    caplog.set_level(logging.DEBUG, "appbuilder_assistants")
    client = harness.client("k", "http://127.0.0.1:9")

    assert f"decoder='{decoder}'" in repr(client)
    assert f"decoder='{decoder}'" in caplog.text


def test_a_subclass_keeps_its_class() -> None:
    """`with_options` gives the same kind of client."""

    class Mine(AsyncAppBuilder):
        pass

    assert type(Mine("k").with_options(timeout=1)) is Mine


HELD: dict[str, Callable[[Any], Any]] = {
    "a client": lambda client: client,
    "a copy with options": lambda client: client.with_options(timeout=3),
    "a resource": lambda client: client.threads.runs,
    "a stream": lambda client: client.threads.runs.stream_run("a", "t"),
}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD.keys())
@pytest.mark.parametrize("kind", [AppBuilder, AsyncAppBuilder])
def test_a_client_is_not_pickled(kind: Any, held: Callable[[Any], Any]) -> None:
    """A client is neither pickled nor deep-copied: the error has the alternative."""
    target = held(kind("k", "http://127.0.0.1:9"))

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="make a client where it is needed"):
            pickle.dumps(target, protocol)
    with pytest.raises(TypeError, match=r"client\.with_options\(\)"):
        copy.deepcopy(target)


@pytest.mark.parametrize("kind", [AppBuilder, AsyncAppBuilder])
def test_a_shallow_copy(kind: Any) -> None:
    """It shares the connections."""
    client = kind("k", "http://127.0.0.1:9")

    assert copy.copy(client).threads._caller is client.threads._caller


@pytest.mark.parametrize("call", ["create", "upload", "close"])
def test_without_asyncio(call: str) -> None:
    """Under trio, or without an event loop, the error says what is needed."""
    client = AsyncAppBuilder("k", "http://127.0.0.1:9")
    calls: dict[str, Callable[[], Any]] = {
        "create": client.threads.create,
        "upload": lambda: client.assistants.files.create(__file__),
        "close": client.close,
    }
    coroutine = calls[call]()

    with pytest.raises(RuntimeError, match="AsyncAppBuilder needs asyncio"):
        coroutine.send(None)
