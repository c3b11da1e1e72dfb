"""Redaction of tokens in all that is printed or written."""

from __future__ import annotations

import base64
import html
import re

HIDDEN = "•••"
SECRET_HEADERS = ("authorization", "x-appbuilder-authorization", "cookie", "set-cookie")


class Redactor:
    """Redacts tokens, in each form in which they may be written."""

    def __init__(self, *tokens: str | None) -> None:
        forms = [form for token in tokens if token for form in _forms(token)]
        self._tokens = re.compile("|".join(forms)) if forms else None

    def __repr__(self) -> str:
        return "Redactor()"

    def text(self, text: str) -> str:
        return self._tokens.sub(HIDDEN, text) if self._tokens else text

    def header(self, name: str, value: str) -> str:
        """The redacted value; `***` for a header that carries credentials."""
        return HIDDEN if name.lower() in SECRET_HEADERS else self.text(value)


def _forms(token: str) -> list[str]:
    return ["".join(map(_any_form, token)), *map(re.escape, _encoded(token))]


def _any_form(char: str) -> str:
    """A pattern for one character: as it is, or as JSON, Python, an address or HTML writes it."""
    percent = "".join(f"%{byte:02x}" for byte in char.encode())
    forms = [
        # A limited number of backslashes: a text of backslashes only would take for ever.
        rf"\\{{0,7}}{re.escape(char)}",
        rf"\\{{1,7}}u(?i:{ord(char):04x})",
        f"(?i:{percent})",
        re.escape(html.escape(char)),
    ]
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _encoded(token: str) -> list[str]:
    """In base64, by itself and as the value of its header."""
    return [
        base64.b64encode(text.encode()).decode().rstrip("=") for text in (token, f"Bearer {token}")
    ]
