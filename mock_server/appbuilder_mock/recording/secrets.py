"""Redaction of a recorded session: nothing secret may reach its file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from appbuilder_mock.middleware.redaction import HIDDEN, SECRET_NAME, Redactor

PERSONAL = ("user_info", "user_loc")
SHORTEST = 2  # characters; a shorter personal value identifies nobody and occurs in many texts
# A value under a secret-like key in a text that is not JSON: broken JSON, a query, a form.
KEY_AND_VALUE = re.compile(
    rf"((?:{SECRET_NAME.pattern})[\w-]*(?:\\*[\"']\s*:\s*\\*[\"']?|=))([^\s\"'&,}}\\]+)",
    re.IGNORECASE,
)


class Secrets:
    """Redacts tokens, personal data, and texts that match a pattern."""

    def __init__(self, patterns: Iterable[str] = (), *, keep_personal: bool = False) -> None:
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self._keep_personal = keep_personal
        self._known: dict[str, Redactor] = {}

    def __repr__(self) -> str:
        return "Secrets()"

    def __len__(self) -> int:
        return len(self._known)

    def note_headers(self, headers: Mapping[str, str]) -> None:
        """Learn the credentials of a request."""
        for name, value in headers.items():
            if SECRET_NAME.search(name):
                cookies = value.split(";") if "cookie" in name.lower() else ()
                values = (one.partition("=")[2].strip() for one in cookies)
                for part in (value, value.rpartition(" ")[2], *values):
                    self._learn(part, shortest=4)

    def note_body(self, body: Any) -> None:
        """Learn the personal data of a request."""
        if isinstance(body, dict) and not self._keep_personal:
            for name in PERSONAL:
                for value in _scalars(body.get(name)):
                    self._learn(value, shortest=SHORTEST)

    def _learn(self, value: str, *, shortest: int) -> None:
        if len(value) >= shortest and value.lower() not in ("bearer", "basic", "digest", HIDDEN):
            self._known.setdefault(value, Redactor(value))

    def text(self, text: str) -> str:
        """The text without secrets; JSON in it is parsed, and rewritten if it has any."""
        if text[:1] in ("{", "["):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                pass
            else:
                if (cleared := self.value(value)) != value:
                    text = json.dumps(cleared, ensure_ascii=False, separators=(",", ":"))
        text = KEY_AND_VALUE.sub(rf"\1{HIDDEN}", text)
        # The longest first: one may hold another.
        for secret in sorted(self._known, key=len, reverse=True):
            text = self._known[secret].text(text)
        for pattern in self._patterns:
            text = pattern.sub(HIDDEN, text)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value without secrets in its keys and values."""
        if isinstance(value, Mapping):
            return {
                self.text(key): HIDDEN
                if self._hides(key) and part is not None
                else self.value(part)
                for key, part in value.items()
            }
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.value(part) for part in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value if self.text(str(value)) == str(value) else HIDDEN
        return value

    def _hides(self, key: str) -> bool:
        is_personal = not self._keep_personal and any(name in key for name in PERSONAL)
        return is_personal or SECRET_NAME.search(key) is not None


def _scalars(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _scalars(part)
    elif isinstance(value, list):
        for part in value:
            yield from _scalars(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
