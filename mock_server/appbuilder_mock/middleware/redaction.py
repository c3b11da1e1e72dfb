"""Redaction of secrets in all that is recorded or shown."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

# A token is ASCII, so no token is part of this, nor arises beside it.
HIDDEN = "•••"

SECRET_NAME = re.compile(r"authorization|cookie|token|secret|password|api[-_]?key", re.IGNORECASE)
# Escapes of a character in JSON text, and in an address.
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|\\([\"\\/])")
# The same, by a reader that ignores a backslash before the backslash.
CARELESS = re.compile(r"\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|\\([\"/])")


class Redactor:
    """Redacts one token wherever it stands, and all of a header that carries credentials."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "Redactor()"

    def text(self, text: str) -> str:
        """The text with the token hidden; hidden altogether when it holds an escaped token."""
        masked = text.replace(self._token, HIDDEN)
        if "\\" in masked or "%" in masked:
            readings = (form.sub(_unescaped, masked) for form in (ESCAPED, CARELESS))
            return HIDDEN if any(self._token in reading for reading in readings) else masked
        return masked

    def value(self, value: Any) -> Any:
        """A JSON value with the token hidden in its keys, texts and numbers.

        Hides the texts under keys that name secrets, whatever they are.
        """
        if isinstance(value, dict):
            return {
                self.text(key): HIDDEN
                if isinstance(part, str) and SECRET_NAME.search(key)
                else self.value(part)
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (int, float)) and self._token in str(value):
            return HIDDEN
        return value

    def header(self, name: str, value: str) -> str:
        """The value of a header; of credentials only the scheme, such as `Bearer •••`."""
        if not SECRET_NAME.search(name):
            return self.text(value)
        scheme, space, _ = value.partition(" ")
        known = scheme.lower() in ("bearer", "basic", "digest")
        return f"{scheme} {HIDDEN}" if space and known else HIDDEN

    def query(self, query: str) -> str:
        """A query string in readable form, without secrets."""
        pairs = parse_qsl(query, keep_blank_values=True) if query else []
        shown = (HIDDEN if SECRET_NAME.search(name) else self.text(value) for name, value in pairs)
        return "&".join(
            f"{self.text(name)}={value}" for (name, _), value in zip(pairs, shown, strict=True)
        )

    def beginning(self, text: str) -> str:
        """A text that was cut off somewhere, without what may be the first part of the token."""
        longest_part = 6 * len(self._token)  # each character written as \\u0000
        return self.text(text)[:-longest_part]


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else match[3]
