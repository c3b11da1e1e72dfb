"""File names in headers, both ways: any name that UTF-8 can hold, exactly."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote_to_bytes

from appbuilder_mock.errors import invalid

TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]+")  # what RFC 6266 lets stand without quotes
TOKEN_MARKS = "!#$&+.^_`|~-"

# Escapes of forms for what a quoted text cannot hold: percent signs for the quote and the controls
# (browsers, requests, httpx), backslashes for the quote and the backslash (curl, requests, httpx).
_WRITTEN = re.compile(r'%(22|7F|[01][0-9A-F])|\\(["\\])', re.IGNORECASE)


def sanitized(name: str) -> str:
    """The part of a name that the service keeps, according to its documentation.

    It drops Chinese characters and controls, by the rules of Werkzeug's `secure_filename`: plain
    letters, digits, `_`, `-` and `.` stay, white space and slashes become `_`, and the name begins
    and ends with neither `.` nor `_`. The name where nothing remains is not known; an example has
    `file`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    joined = "_".join(plain.replace("/", " ").split())
    return re.sub(r"[^A-Za-z0-9_.-]", "", joined).strip("._") or "file"


def decoded_form(text: str) -> str:
    """The name that a form's `filename="…"` stands for.

    A name that holds `%22` itself is written as if it held a quote, so it comes out as one;
    `filename*` has no such doubt.
    """
    return _WRITTEN.sub(lambda found: found[2] or chr(int(found[1], 16)), text)


def decoded_extended(text: str) -> str:
    """The name that `filename*` stands for (RFC 8187). Raises MockApiError."""
    charset, _, rest = text.partition("'")
    _, mark, name = rest.partition("'")
    if charset.lower() != "utf-8" or not mark:
        raise invalid(f"filename*: expected UTF-8''name with percent signs, got {text[:200]!r}")
    try:
        return unquote_to_bytes(name).decode("utf-8")
    except UnicodeDecodeError:
        raise invalid(f"filename*: expected a name in UTF-8, got {text[:200]!r}") from None


def attachment(name: str) -> str:
    """The Content-Disposition of a file.

    The exact name is in `filename*` where it is more than a token. `filename` then has it with
    percent signs, and stands last and without quotes: the official client takes all that follows
    the last `filename=` for the name, as it stands.
    """
    if not name:
        return 'attachment; filename=""'
    if TOKEN.fullmatch(name):
        return f"attachment; filename={name}"
    written = quote(name, safe=TOKEN_MARKS)
    return f"attachment; filename*=UTF-8''{written}; filename={written}"
