"""The result of the arguments and the environment."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from appbuilder_assistants import RetryPolicy
from appbuilder_assistants._core.redaction import Secret
from appbuilder_assistants._settings.settings import Settings, settings_from

TOKEN = "bce-v3/ALTAK-秘密".encode("ascii", "ignore").decode() + "secret"


def made(
    token: str | None = None, gateway_url: str | None = None, /, **environ: str
) -> tuple[str, str]:
    secret = None if token is None else Secret(token)
    settings = settings_from(secret, gateway_url, environ=environ)
    return settings.authorization.reveal(), settings.base_url


@pytest.mark.parametrize(
    ("arguments", "environ", "authorization"),
    [
        (("t",), {}, "Bearer t"),
        ((), {"APPBUILDER_TOKEN": "e"}, "Bearer e"),
        (("t",), {"APPBUILDER_TOKEN": "e"}, "Bearer t"),
        (("Bearer t",), {}, "Bearer t"),
        (("t",), {"SECRET_KEY_PREFIX": "Key"}, "Key t"),
        (("Key t",), {"SECRET_KEY_PREFIX": "Key"}, "Key t"),
        (("t",), {"SECRET_KEY_PREFIX": ""}, "t"),
    ],
)
def test_the_token(arguments: tuple[str, ...], environ: dict[str, str], authorization: str) -> None:
    """An argument wins over the environment; the prefix is added once."""
    assert made(*arguments, **environ)[0] == authorization


@pytest.mark.parametrize(
    ("gateway", "environ", "base_url"),
    [
        (None, {}, "https://appbuilder.baidu.com"),
        (None, {"GATEWAY_URL": "gw.example"}, "https://gw.example"),
        ("http://127.0.0.1:8080", {"GATEWAY_URL": "gw.example"}, "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080//", {}, "http://127.0.0.1:8080"),
        ("localhost:8080", {}, "http://localhost:8080"),
        ("LocalHost:8080/a", {}, "http://LocalHost:8080/a"),
        ("127.0.0.1:8080", {}, "http://127.0.0.1:8080"),
        ("127.1", {}, "http://127.1"),
        ("0.0.0.0:8080", {}, "http://0.0.0.0:8080"),
        ("[::1]:8080", {}, "http://[::1]:8080"),
        ("[::ffff:127.0.0.1]:8080", {}, "http://[::ffff:127.0.0.1]:8080"),
        (None, {"GATEWAY_URL": "127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ("https://127.0.0.1:8443", {}, "https://127.0.0.1:8443"),
        ("localhost.example", {}, "https://localhost.example"),
        ("10.0.0.1:8080", {}, "https://10.0.0.1:8080"),
        (" https://gw.example/team/a/ ", {}, "https://gw.example/team/a"),
        ("http://[::1]:8080", {}, "http://[::1]:8080"),
        ("https://例子.example", {}, "https://例子.example"),
        ("http://gw.example/@team", {}, "http://gw.example/@team"),
    ],
)
def test_the_gateway(gateway: str | None, environ: dict[str, str], base_url: str) -> None:
    """An argument wins over the environment; a scheme is added, slashes at the end go."""
    assert made("t", gateway, **environ)[1] == base_url


@pytest.mark.parametrize(
    ("token", "environ"), [(None, {}), (None, {"APPBUILDER_TOKEN": " "}), ("", {"A": "x"})]
)
def test_no_token(token: str | None, environ: dict[str, str]) -> None:
    """Without a token the error says how to set one; an empty argument is not the environment's."""
    with pytest.raises(ValueError, match=r"export APPBUILDER_TOKEN=.*AppBuilder\(token="):
        made(token, None, **environ)


@pytest.mark.parametrize("bad", ["secret\n", " secret", "secr\net", "秘密secret", "se\x00cret"])
@pytest.mark.parametrize("argument", [True, False])
def test_an_unusable_token(bad: str, argument: bool) -> None:
    """A token that no header can carry is refused without being shown."""
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        made(bad) if argument else made(None, None, APPBUILDER_TOKEN=bad)

    assert "secr" not in str(caught.value)
    assert str(caught.value).startswith("token:" if argument else "APPBUILDER_TOKEN:")


@pytest.mark.parametrize(
    "bad",
    [
        "http://",
        "ftp://gw.example",
        "http://[::1",
        "http://gw:port",
        "http://gw example",
        "a\nb",
        "http:/foo",
        "HTTPS:/gw.example",
        "ftp:/gw.example",
        "http://gw.example:",
    ],
)
def test_an_unusable_gateway(bad: str) -> None:
    """A value that is no http URL is refused and shown."""
    with pytest.raises(ValueError, match="expected an http or https URL") as caught:
        made("t", bad)

    assert repr(bad) in str(caught.value)


@pytest.mark.parametrize("empty", ["", " ", "\n", "\u3000"])
@pytest.mark.parametrize("source", ["gateway_url", "GATEWAY_URL"])
def test_an_empty_gateway(empty: str, source: str) -> None:
    """It is not the live service: a variable not filled in yet must not send a token there."""
    with pytest.raises(ValueError, match=f"^{source}: expected an http or https URL, and it is em"):
        made("t", empty) if source == "gateway_url" else made("t", GATEWAY_URL=empty)


def test_an_unusable_gateway_of_the_environment() -> None:
    """The error names the variable."""
    with pytest.raises(ValueError, match=r"^GATEWAY_URL: expected .* got 'ftp://网关'"):
        made("t", GATEWAY_URL="ftp://网关")


@pytest.mark.parametrize(
    "bad",
    [
        "http://me:secret@gw",
        "http://secret@gw",
        "http://@gw/secret",
        "me:secret@gw",
        "http://gw/?k=secret",
        "http://gw/#secret",
        "http://gw?",
        "http://gw#",
        "http://gw/secret/?",
        "https://me:secret@gw:99999",
        "https://me:secret@gw:0",
        "https://me:secret@gw:port",
        "https://me:secret@",
        "https://me:sec/secret@gw:0",
        "ftp://me:secret@gw",
        "me:secret@http://gw",
        "http:/me:secret@gw",
        "http://gw:port/?k=secret",
        "http://me:secret@gw 密",
    ],
)
def test_a_gateway_with_secrets(bad: str) -> None:
    """Credentials do not belong into the URL, nor into the error."""
    with pytest.raises(ValueError, match="a user name, a query or a fragment") as caught:
        made("t", bad)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("which", ["token", "gateway_url"])
def test_text_is_text(which: str) -> None:
    """Bytes are refused by type, not by what comes of them."""
    with pytest.raises(TypeError, match=f"{which}: expected text, got bytes"):
        made(b"secret") if which == "token" else made("t", b"http://secret")  # type: ignore[arg-type]


def test_the_token_is_not_shown() -> None:
    """The representation has everything but the token."""
    settings = settings_from(Secret(TOKEN), "http://127.0.0.1", environ={})

    assert TOKEN not in repr(settings)
    assert "http://127.0.0.1" in repr(settings)


@pytest.mark.parametrize(
    "timeout", [None, 1, 0.5, 1e9, httpx.Timeout(5, pool=0), httpx.Timeout(None)]
)
def test_timeouts(timeout: Any) -> None:
    """Seconds, a Timeout of httpx, or None."""
    assert Settings("u", Secret("a"), timeout=timeout).timeout is timeout


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"timeout": 0}, ValueError),
        ({"timeout": -1.0}, ValueError),
        ({"timeout": True}, TypeError),
        ({"timeout": float("nan")}, ValueError),
        ({"timeout": float("inf")}, ValueError),
        ({"timeout": 10**400}, ValueError),
        ({"timeout": -(10**5000)}, ValueError),
        ({"timeout": "5"}, TypeError),
        ({"timeout": httpx.Timeout(5, read=float("nan"))}, ValueError),
        ({"timeout": httpx.Timeout(5, pool=float("inf"))}, ValueError),
        ({"timeout": httpx.Timeout(5, write=-1)}, ValueError),
        ({"timeout": httpx.Timeout(5, connect="5")}, TypeError),  # type: ignore[arg-type]
        ({"rate_limit": 10**400}, ValueError),
        ({"rate_limit": -(10**5000)}, ValueError),
        ({"rate_limit": float("nan")}, ValueError),
        ({"retry": 3}, TypeError),
        ({"retry": None}, TypeError),
        ({"deadline": 0}, ValueError),
        ({"deadline": 10**400}, ValueError),
        ({"deadline": float("nan")}, ValueError),
        ({"deadline": "60"}, TypeError),
        ({"on_deadline": "stop"}, ValueError),
        ({"default_headers": {"Authorization": "Bearer x"}}, ValueError),
        ({"default_headers": {"content-type": "text/plain"}}, ValueError),
        ({"default_headers": {"X-键": "1"}}, ValueError),
        ({"default_headers": {"X-A": "值"}}, ValueError),
        ({"default_headers": {"X-A": "1\r\nX-B: 2"}}, ValueError),
        ({"default_headers": {"X-A": 1}}, TypeError),
        ({"default_headers": ["X-A"]}, TypeError),
        ({"extra_body": {"a": {1}}}, TypeError),
        ({"extra_body": {"a": float("nan")}}, ValueError),
        ({"extra_body": [1]}, TypeError),
        ({"event_hooks": ["print"]}, TypeError),
    ],
)
def test_wrong_options(options: dict[str, Any], error: type[Exception]) -> None:
    """An option that makes no sense is refused when it is given."""
    with pytest.raises(error, match=f"^{next(iter(options))}[.a-z]*: "):
        settings_from(Secret("t"), environ={}, **options)


def test_equal_settings_are_equal() -> None:
    """The default client compares them to see whether the environment has changed."""
    one, two, other = (settings_from(Secret(t), environ={}) for t in ("t", "t", "o"))

    assert one == two
    assert one != other
    assert one.retry == RetryPolicy()
