"""Access to the control under /_mock/."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import appbuilder_mock
import httpx
import pytest

from tests.mock.wire import Api

SECRET = "s3cret-令牌".encode().hex()  # any ASCII text


@pytest.fixture
def api() -> Iterator[Api]:
    """A caller of a server of its own: these tests look at everything the server holds."""
    with appbuilder_mock.running(token=SECRET) as running, Api(running.url, running.token) as own:
        yield own


def got(api: Api, path: str) -> Any:
    response = api.http.get(f"/_mock/{path}")
    assert response.status_code == 200, response.text
    return response.json()


# ── Who may use it ─────────────────────────────────────────────────────────────────────────────

CONTROLS = [("GET", "state"), ("GET", "requests"), ("GET", "live"), ("GET", "scenario")]
CONTROLS += [
    ("POST", "call/createThread"),
    ("POST", "reset"),
    ("POST", "scenario"),
    ("DELETE", "scenario"),
]


def asked(api: Api, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    """Without the token that the caller usually sends."""
    with httpx.Client(base_url=api.url) as client:
        return client.request(method, f"/_mock/{path}", headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "attacker.example:8080"},
        {"Host": "127.0.0.1.attacker.example"},
        {"Host": "[bad"},
        {"Host": '"><script>alert(1)</script>'},
        {"Host": ""},
        {"Origin": "https://attacker.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_sites_are_refused(api: Api, headers: dict[str, str]) -> None:
    """A page in the user's browser can neither read nor change anything."""
    api.thread()
    for method, path in CONTROLS:
        response = asked(api, method, path, headers)

        assert response.status_code == 403, (method, path, response.text)
        assert response.json()["error"]["code"] in ("foreign_host", "foreign_origin")
    assert len(got(api, "state")["threads"]) == 1


@pytest.mark.parametrize(
    "host", ["localhost:1", "127.0.0.1", "[::1]:80", "mock:8080", "a.localhost"]
)
def test_own_names_are_welcome(api: Api, host: str) -> None:
    """Addresses, names without a dot, and names that nobody can register; no token is needed."""
    own_page = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert asked(api, "GET", "state", {"Host": host}).status_code == 200
    assert asked(api, "GET", "state", own_page).status_code == 200


def test_from_another_machine_the_token_is_needed(api: Api) -> None:
    """As Bearer, or as the password a browser asks for. The proxy header identifies the caller."""
    far = {"X-Forwarded-For": "192.0.2.7"}

    def status(authorization: str) -> int:
        return asked(api, "GET", "state", {**far, "Authorization": authorization}).status_code

    def basic(password: str) -> str:
        return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()

    refused = asked(api, "GET", "state", far)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert status(f"Bearer {SECRET}") == status(basic(SECRET)) == 200
    for wrong in ("Bearer other", basic("other"), "Basic !", "Basic", f"Digest {SECRET}"):
        assert status(wrong) == 401, wrong


def test_errors_have_the_one_form(api: Api) -> None:
    """Like every error of this server, with a request id."""
    response = asked(api, "POST", "reset", {"Origin": "null"})
    assert set(json.loads(response.text)["error"]) == {"code", "message", "type", "param"}
    assert response.headers["X-Appbuilder-Request-Id"]
