"""Requests as command lines that send the same again, without secrets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from contract_tests.target.exchange import Exchange

LONGEST = 2000  # characters of a request's body in a command line


def curl(exchange: Exchange, variables: Mapping[str, str]) -> str:
    """The request; for each token the variable of the shell that is to hold it."""
    request = exchange.request
    assert request is not None
    quoted = ["curl", "-X", shlex.quote(str(request.method))]
    if (authorization := header(exchange, "Authorization")) is not None:
        quoted += ["-H", _authorization(authorization, variables)]
    if (content_type := header(exchange, "Content-Type")) is not None:
        quoted += ["-H", shlex.quote(f"Content-Type: {content_type}")]
    body = request.body
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str) and body:
        cut = "" if len(body) <= LONGEST else f"  # the body continues for {len(body)} characters"
        quoted += ["--data-raw", shlex.quote(body[:LONGEST])]
    else:
        cut = ""
    return " ".join([*quoted, shlex.quote(str(request.url))]) + cut


def header(exchange: Exchange, name: str) -> str | None:
    """The value sent as this header; None when it was not sent."""
    value = exchange.request.headers.get(name) if exchange.request is not None else None
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _authorization(sent: str, variables: Mapping[str, str]) -> str:
    """The header; a token of ours, or what begins with one, by its variable."""
    for token in sorted(variables, key=len, reverse=True):
        if found := re.search(rf"(?:^|(?<= )){re.escape(token)}", sent):
            before, rest = sent[: found.start()], sent[found.end() :]
            variable = f"${{{variables[token]}}}" if rest else f"${variables[token]}"
            return f'"{_in_quotes(f"Authorization: {before}")}{variable}{_in_quotes(rest)}"'
    return shlex.quote(f"Authorization: {sent}")


def _in_quotes(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)
