"""The token of a request, and other headers that may come once only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.wire import Api

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("header", "got"),
    [
        (None, "no such header"),
        ("", "no such header"),
        ("Bearer", "no token"),
        ("Bearer wrong", "another token"),
        ("Bearer mock-toke", "another token"),
        ("Bearer mock-token2", "another token"),
        ("Basic mock-token", "another scheme"),
        ("mock-token", "another scheme"),
        ("Bearer 令牌".encode(), "another token"),
    ],
)
def test_a_wrong_token(api: Api, header: str | bytes | None, got: str) -> None:
    """401 in the envelope that does not give the right one away."""
    headers: Any = {} if header is None else {"Authorization": header}
    api.http.headers.pop("Authorization")
    response = api.post("threads", {}, headers=headers)
    body = response.json()["error"]

    assert response.status_code == 401
    assert (body["code"], body["type"]) == ("invalid_token", "authentication_error")
    assert body["message"].endswith(f"got {got}")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "mock-token" not in response.text


def test_a_wrong_token_on_a_large_body(api: Api) -> None:
    """The answer is seen although the client is still sending when its token is known."""
    body = {"messages": [{"role": "user", "content": "字" * 5_000_000}]}
    response = api.post("threads", body, headers={"Authorization": "Bearer wrong"})

    assert response.status_code == 401


def test_the_other_authorization_header_does_not_count(api: Api) -> None:
    """The official client sends both; only `Authorization` is documented."""
    token = api.http.headers.pop("Authorization")
    response = api.post("threads", {}, headers={"X-Appbuilder-Authorization": token})

    assert response.status_code == 401


@pytest.mark.parametrize("second", ["Bearer wrong", "Bearer mock-token", ""])
@pytest.mark.parametrize("first", [True, False])
def test_two_authorization_headers(api: Api, second: str, first: bool) -> None:
    """400, in any order: which of them counts could only be guessed."""
    token = api.http.headers.pop("Authorization")
    pair = [token, second] if first else [second, token]
    response = api.post("threads", {}, headers=[("Authorization", one) for one in pair])

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "expected one header Authorization, got 2"


def test_two_content_types(api: Api) -> None:
    headers = [("Content-Type", "application/json"), ("Content-Type", "text/plain")]
    response = api.post("threads", content=b"{}", headers=headers)

    assert response.status_code == 400
    assert response.json()["error"]["param"] == "Content-Type"
