"""The recorded requests as a HAR file, without secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract_tests.target.exchange import Exchange

from .redaction import Redactor

LONGEST_BODY = 64 * 1024  # characters of a body that are written


class HarFile:
    """Written request by request; whole when it is closed."""

    def __init__(self, path: Path, mask: Redactor) -> None:
        self._mask = mask
        self._file = path.open("w", encoding="utf-8")
        creator = {"name": "appbuilder-assistants contract tests", "version": "1"}
        head = json.dumps({"version": "1.2", "creator": creator})
        self._file.write(f'{{"log": {head[:-1]}, "entries": [\n')
        self._between = ""

    def write(self, exchange: Exchange) -> None:
        if exchange.request is None:
            return  # the request could not be serialized
        entry = json.dumps(self._entry(exchange), ensure_ascii=False)
        self._file.write(self._between + entry)
        self._between = ",\n"

    def close(self) -> None:
        self._file.write("\n]}}\n")
        self._file.close()

    def _entry(self, exchange: Exchange) -> dict[str, Any]:
        request, response = exchange.request, exchange.response
        assert request is not None
        url = self._mask.text(str(request.url))
        milliseconds = round(exchange.seconds * 1000, 3)
        body = request.body if isinstance(request.body, bytes | str) else b""
        content = body if isinstance(body, bytes) else body.encode()
        sent: dict[str, Any] = {
            "method": request.method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": self._headers({name: str(value) for name, value in request.headers.items()}),
            "queryString": [
                {"name": name, "value": value}
                for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
            ],
            "cookies": [],
            "headersSize": -1,
            "bodySize": len(content),
        }
        if content:
            media_type = str(request.headers.get("content-type", ""))
            sent["postData"] = {"mimeType": self._mask.text(media_type), **self._text(content)}
        received: dict[str, Any] = {
            "status": response.status_code if response else 0,
            "statusText": self._mask.text(response.message) if response else "no answer",
            "httpVersion": "HTTP/1.1",
            "headers": self._headers(
                {name: ", ".join(values) for name, values in response.headers.items()}
                if response
                else {}
            ),
            "cookies": [],
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": response.content_size if response else 0,
            "content": {
                "size": response.content_size if response else 0,
                "mimeType": self._mask.text(response.headers.get("content-type", [""])[0])
                if response
                else "",
                **(self._text(response.content or b"") if response else {}),
            },
        }
        return {
            "startedDateTime": exchange.began.isoformat(),
            "time": milliseconds,
            "request": sent,
            "response": received,
            "cache": {},
            "timings": {"send": 0, "wait": milliseconds, "receive": 0},
            "comment": f"{exchange.operation_id}, {exchange.phase}",
        }

    def _headers(self, headers: Mapping[str, str]) -> list[dict[str, str]]:
        return [
            {"name": name, "value": self._mask.header(name, value)}
            for name, value in headers.items()
        ]

    def _text(self, content: bytes) -> dict[str, str]:
        """The beginning of a body; bytes that are no UTF-8 are replaced."""
        # Redact more than is shown, so that the text does not end in a part of a token.
        text = self._mask.text(content[: 5 * LONGEST_BODY].decode("utf-8", "replace"))
        if len(text) <= LONGEST_BODY:
            return {"text": text}
        return {"text": text[:LONGEST_BODY], "comment": f"cut off after {LONGEST_BODY} characters"}
