"""Take the token out of whatever is printed or written."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

HIDDEN = "•••"
SECRET_HEADERS = ("authorization", "x-appbuilder-authorization", "cookie", "set-cookie")
# As schemathesis writes a header that it hides, and as it can be pasted into a shell that knows it.
FILTERED = "'Authorization: [Filtered]'"
PASTED = '"Authorization: Bearer $TOKEN"'


class Mask:
    """Hides one token, in each form in which it may be written."""

    def __init__(self, token: str) -> None:
        self._forms = sorted(_forms(token), key=len, reverse=True) if token else []

    def __repr__(self) -> str:
        return "Mask()"

    def text(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text.replace(FILTERED, PASTED)

    def header(self, name: str, value: str) -> str:
        """The value; nothing of one that carries credentials."""
        return HIDDEN if name.lower() in SECRET_HEADERS else self.text(value)


def _forms(token: str) -> set[str]:
    """As it is, and as JSON, an address, HTML, base64 and Python say it."""
    escaped = json.dumps(token)[1:-1]
    every_one = "".join(f"\\u{ord(char):04x}" for char in token)
    encoded = {
        base64.b64encode(text.encode()).decode().rstrip("=") for text in (token, f"Bearer {token}")
    }
    return {
        token,
        escaped,
        escaped.replace("/", "\\/"),
        every_one,
        quote(token, safe=""),
        quote(token),
        html.escape(token),
        repr(token)[1:-1],
        *encoded,
    }
