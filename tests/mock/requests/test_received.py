"""The record of requests never holds the token and stays within its bounds."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, unquote

import pytest
from appbuilder_mock.middleware.recorder import KEPT, WHOLE_BODY, RequestHistory
from appbuilder_mock.middleware.redaction import HIDDEN, Redactor
from hypothesis import given
from hypothesis import strategies as st

TOKENS = ("bce-v3/ALTAK-x/0123", 'a"b\\c d', "12345678", "aaaa")


def scope(path: str = "/v2/threads", query: str = "", **headers: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


FORMS = {
    "plain": lambda token: token,
    "json": lambda token: json.dumps(token)[1:-1],
    "unicode escapes": escaped,
    "percent": lambda token: "".join(f"%{ord(character):02X}" for character in token),
    "quoted": lambda token: quote(token, safe=""),
}


@given(
    token=st.sampled_from(TOKENS),
    form=st.sampled_from(sorted(FORMS)),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    filler=st.sampled_from([0, WHOLE_BODY, 300_000]),
    cut=st.integers(0, 400),
    as_json=st.booleans(),
)
def test_no_entry_holds_the_token(
    token: str, form: str, before: str, after: str, filler: int, cut: int, as_json: bool
) -> None:
    """No entry has it, at any place, in any encoding, and cut anywhere."""
    written = FORMS[form](token)
    received = RequestHistory(Redactor(token), {})
    entry = received.begin(
        scope(
            f"/v2/{token}", f"a={written}", x_note=f"1{written}2", authorization=f"Bearer {token}"
        )
    )
    if as_json:
        value = {f"键{token}": [token, {"text": before + token + after, "long": "长" * filler}]}
        body = json.dumps(value, ensure_ascii=form == "plain").encode("utf-8", "replace")
    else:
        body = f'{{"{before}{written}{after}'.encode("utf-8", "replace") + b" " * filler
        body += written.encode()
    received.note_body(entry, body[: len(body) - cut], len(body))

    for text in texts(received.every()[0].full()):
        for reading in (text, unquote(text), re.sub(r"\\u([0-9a-fA-F]{4})", decoded, text)):
            assert token not in reading


def decoded(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def kept(body: bytes, length: int | None = None) -> Any:
    received = RequestHistory(Redactor("tok-en"), {})
    entry = received.begin(scope())
    received.note_body(entry, body, len(body) if length is None else length)
    return received.every()[0].full()["body"]


@pytest.mark.parametrize("written", [TOKENS[0], escaped(TOKENS[0])])
def test_a_body_cut_within_the_token(written: str) -> None:
    """The rest of a token that was cut off is not shown either."""
    received = RequestHistory(Redactor(TOKENS[0]), {})
    for cut in range(1, len(written)):
        body = ("x" * 200 + written).encode()[:-cut]
        entry = received.begin(scope())
        received.note_body(entry, body, 10**9)
        assert set(entry.full()["body"].removesuffix("… (1000000000 bytes)")) <= {"x"}


def test_bodies_as_they_came() -> None:
    """JSON as JSON, anything else as text, nothing as None."""
    assert kept('{"问": [1, 2.5, null, true, "tok-en"]}'.encode()) == {
        "问": [1, 2.5, None, True, HIDDEN]
    }
    assert kept(b"") is None
    assert kept(b"{broken tok-en") == "{broken " + HIDDEN
    assert kept(b"\xff\xfe") == "\ufffd\ufffd"
    assert kept(b"[NaN]") == "[NaN]"
    assert kept(b"[1e999]") == "[1e999]"
    assert kept(b'"\\ud800"') == '"\\ud800"'
    assert kept(b"[" * 10_000) == "[" * 500 + "… (10000 bytes)"
    assert kept(b"[" * 3_000) == "[" * 500 + "… (3000 characters)"


def test_large_bodies_are_shortened() -> None:
    """A large body keeps its shape and loses the ends of its long texts; a huge one is cut."""
    large = json.dumps({"a": 1, "text": "长" * 20_000}, ensure_ascii=False).encode()
    assert kept(large) == {"a": 1, "text": "长" * 500 + "… (20000 characters)"}

    many = json.dumps(["项"] * 20_000, ensure_ascii=False).encode()
    assert kept(many).startswith('["项", "项"')
    assert len(kept(many)) < 600

    assert kept(b'{"a": "' + b"x" * 5000, length=10**9).startswith('{"a": "xxx')


def test_memory_is_bounded() -> None:
    """The newest thousand requests are kept, within a bound on memory.

    Each with two bodies of at most 16 KiB, and headers and an address of less.
    """
    received = RequestHistory(Redactor("tok-en"), {})
    headers = {f"x-{number}": "v" * 1000 for number in range(100)}
    for _ in range(KEPT + 5):
        entry = received.begin(scope("/" + "p" * 3000, "q" * 3000, **headers))
        received.note_body(entry, json.dumps("长" * 4000).encode(), 24_002)
        received.note_response(entry, "text/event-stream", b"x" * WHOLE_BODY, 10**9)

    entries = received.every()
    assert [entry.number for entry in entries] == list(range(6, KEPT + 6))
    assert received.total == KEPT + 5
    assert received.find(5) is None
    assert max(len(json.dumps(one.full(), ensure_ascii=False)) for one in entries) < 60_000


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer tok-en", f"Bearer {HIDDEN}"),
        ("authorization", "another token", HIDDEN),
        ("X-Appbuilder-Authorization", "other", HIDDEN),
        ("Cookie", "session=1", HIDDEN),
        ("X-Api-Key", "k", HIDDEN),
        ("X-Note", "the tok-en itself", f"the {HIDDEN} itself"),
        ("X-Note", "nothing", "nothing"),
    ],
)
def test_headers(name: str, value: str, shown: str) -> None:
    """Of credentials only the scheme stays, also of wrong ones."""
    assert Redactor("tok-en").header(name, value) == shown


def test_values_under_secret_names_are_redacted() -> None:
    """Values under secret names are redacted in a query and in JSON; the rest stays readable."""
    received = RequestHistory(Redactor("s3cret"), {})
    entry = received.begin(scope(query="access_token=qsecret&purpose=assistant&city=%E5%8C%97"))
    body = json.dumps({"api_key": "bsecret", "content": "北京", "max_tokens": 5}).encode()
    received.note_body(entry, body, len(body))
    shown = received.every()[0].full()

    assert shown["query"] == f"access_token={HIDDEN}&purpose=assistant&city=北"
    assert shown["body"] == {"api_key": HIDDEN, "content": "北京", "max_tokens": 5}


def test_a_token_behind_a_stray_backslash() -> None:
    """A careless reader of escapes finds no token either."""
    token = "bce-v3/ALTAK-x/0123"

    assert Redactor(token).text("\\" + escaped(token)) == HIDDEN
