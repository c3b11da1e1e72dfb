"""Rules for every test: the wrapper sends only what openapi.yaml allows."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from appbuilder_assistants._core.responses import json_reader

from tests.sent_requests import MARK, SentRequests, complaint, recording
from tests.transports import check, in_use, use

# Programs started in the background of a script ignore Ctrl-C, and so do their programs; the
# tests that send one to theirs would wait in vain.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Settings of a developer affect no test. Nor does a proxy: none reaches servers on this machine.
for name in [*os.environ]:
    settings = ("APPBUILDER_TOKEN", "APPBUILDER_QPS", "GATEWAY_URL", "SECRET_KEY_PREFIX")
    if name in settings or name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
        del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def _transport_in_use() -> Iterator[None]:
    """Have clients use what TEST_TRANSPORT names (httpx, h11), and not the best there is.

    They do so before the first test and after the last one.
    """
    use(in_use())
    yield
    check(in_use())


@pytest.fixture(scope="session", autouse=True)
def _recorded_requests() -> Iterator[SentRequests]:
    sent = SentRequests()
    with recording(sent):
        yield sent


@pytest.fixture(autouse=True)
def sent_requests(
    request: pytest.FixtureRequest, _recorded_requests: SentRequests
) -> Iterator[SentRequests]:
    """The wrapper's requests in this test. Fails the test for a violation of the spec."""
    yield _recorded_requests
    mark = request.node.get_closest_marker(MARK)
    excuse = None if mark is None else " ".join(map(str, mark.args))
    if complained := complaint(_recorded_requests.take(), excuse):
        pytest.fail(complained)


@pytest.fixture(params=["json", "msgspec"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs with each JSON decoder, and this one is in use."""
    name: str = request.param
    if name == "msgspec":
        pytest.importorskip("msgspec")
    monkeypatch.setattr(json_reader, "_decode", json_reader._DECODERS[name])
    assert json_reader.decoder_name() == name
    return name
