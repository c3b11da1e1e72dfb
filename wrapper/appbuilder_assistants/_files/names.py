"""The name of a downloaded file: parsed from Content-Disposition, and made safe to write."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

MAX_NAME = 255
"""Bytes that common file systems accept in one name."""

_PARAMETER = re.compile(
    r"""
    ;\s* ([!\#$%&'*+.^_`|~\w-]+) \s*=\s*
    (?: "((?:[^"\\]|\\.)*)" | ([^;]*) )
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_CHARSETS = ("utf-8", "iso-8859-1")

# Would change the reading direction, so that `exe` can look like `txt`.
_BIDI_CONTROLS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# On Windows `:` opens a stream behind a file, and a device is one under any suffix.
_WINDOWS = frozenset('<>:"|?*')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def disposition_name(disposition: str) -> str:
    """The file name in a Content-Disposition, "" if there is none.

    `filename*` (RFC 8187) takes precedence over `filename` (RFC 6266), unless it cannot be decoded.
    """
    names: dict[str, str] = {}
    for match in _PARAMETER.finditer(disposition):
        quoted, bare = match[2], match[3]
        value = bare.strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        names.setdefault(match[1].lower(), value)
    return _extended(names.get("filename*", "")) or names.get("filename", "")


def safe_name(given: str, *, fallback: str, windows: bool = False) -> str:
    r"""Return a name for one file in a folder, as near to the given one as is safe.

    Never has a path in it: `../a/b.txt` and `C:\\b.txt` become `b.txt`. An unusable name (`..`,
    spaces, nothing) becomes `fallback`. Control characters become `_`, and a name that is too long
    loses its middle. With `windows` the names that this system forbids are avoided as well.
    """
    name = re.split(r"[/\\]", given)[-1]
    name = "".join("_" if _is_unsafe(char, windows) else char for char in name).strip()
    if windows:
        name = name.rstrip(". ")
        name = f"_{name}" if _DEVICE.match(name) else name
    if not name.strip(". "):
        return (
            safe_name(fallback, fallback="file", windows=windows) if given != fallback else "file"
        )
    return _shortened(name)


def _is_unsafe(char: str, windows: bool) -> bool:
    return (
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or char in _BIDI_CONTROLS
        or (windows and char in _WINDOWS)
    )


def _extended(value: str) -> str:
    charset, _, rest = value.partition("'")
    _, mark, name = rest.partition("'")
    if not mark or charset.lower() not in _CHARSETS:
        return ""
    try:
        return unquote(name, encoding=charset, errors="strict")
    except UnicodeDecodeError:
        return ""


def _shortened(name: str) -> str:
    """Shorten a name to the limit; its suffix stays if it is one."""
    if len(name.encode()) <= MAX_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    end = dot + suffix if stem and len(suffix.encode()) <= 20 else ""
    start = (stem if end else name).encode()[: MAX_NAME - len(end.encode())]
    return start.decode("utf-8", "ignore").rstrip() + end
