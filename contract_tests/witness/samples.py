"""Sanitised responses of a session, in the form of tests/wire_samples."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from appbuilder_mock.recording.secrets import Secrets
from schemathesis import Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_error, is_stream

# Account-wide: other programs' objects may be in them.
OF_THE_ACCOUNT = ("listAssistants", "listFiles")
# As tests/wire_samples names what an error is read as; under status 200 its code decides instead.
RAISES = {400: "BadRequestError", 404: "NotFoundError", 409: "ConflictError"}
PART_OF_ID = re.compile(r"(?=[A-Za-z]*[0-9])[0-9A-Za-z]{4,}")
ID_IN_TEXT = re.compile(r"log_?id\W{0,3}(\w+)", re.IGNORECASE)


class Samples:
    """The first success of each operation, and its first error of each status."""

    def __init__(self, responses: Iterable[tuple[str, Response]], *, token: str, when: str) -> None:
        self._responses = list(responses)
        self._when = when
        self._secrets = Secrets()
        self._secrets.note_headers({"authorization": f"Bearer {token}"})
        parts = {part for _, response in self._responses for part in _parts_of_ids(response)}
        key = secrets.token_bytes(16)  # forgotten, so that no id can be found again
        self._made_up = {part: _made_up(part, key) for part in parts}

    def files(self) -> dict[str, str]:
        """The contents by file name."""
        files: dict[str, str] = {}
        for operation_id, response in self._responses:
            if operation_id in OF_THE_ACCOUNT and not is_error(response):
                continue
            if spec.answers_bytes(operation_id):
                continue
            kind = "error-" if is_error(response) else "stream-" if is_stream(response) else ""
            name = f"witness-{operation_id}-{kind}{response.status_code}"
            if f"{name}.json" not in files:
                files |= self._sample(name, operation_id, response)
        return files

    def _sample(self, name: str, operation_id: str, response: Response) -> dict[str, str]:
        shows = f"The service's response to {operation_id}, {self._when}."
        sample: dict[str, Any] = {
            "shows": shows,
            "evidence": ["rec"],
            "operation": operation_id,
            "status": response.status_code,
        }
        files = {}
        if is_stream(response):
            sample |= {"reads": {"0.event_type": "run_begin"}, "stream": f"{name}.sse"}
            lines = response.content.decode("utf-8", "replace").splitlines()
            head = f": shows: {shows}\n: evidence: rec\n\n"
            files[f"{name}.sse"] = head + "".join(f"{self._line(line)}\n" for line in lines)
        else:
            try:
                body = response.json()
            except ValueError:
                return {}
            body = json.loads(self._renamed(json.dumps(self._secrets.value(body))))
            if is_error(response):
                sample["raises"] = RAISES.get(response.status_code, "ApiStatusError")
            sample |= {"reads": _read(body, response), "body": body}
        files[f"{name}.json"] = json.dumps(sample, ensure_ascii=False, indent=2) + "\n"
        return files

    def _line(self, line: str) -> str:
        name, _, value = line.partition(":")
        if name != "data":
            return self._renamed(self._secrets.text(line))
        return f"data: {self._renamed(self._secrets.text(value.removeprefix(' ')))}"

    def _renamed(self, text: str) -> str:
        return PART_OF_ID.sub(lambda found: self._made_up.get(found[0], found[0]), text)


def _read(body: Any, response: Response) -> dict[str, Any]:
    """Some values that a client is to read out of it."""
    if is_error(response):
        return {"status_code": response.status_code}
    names = ("id", "object", "status", "has_more", "deleted")
    return {name: body[name] for name in names if isinstance(body, dict) and name in body}


def _parts_of_ids(response: Response) -> Iterator[str]:
    """The parts of ids: `asst` is a word, the digits after it name an object."""
    text = (response.content or b"").decode("utf-8", "replace")
    for value in _values(text):
        for id_ in _ids(value):
            yield from PART_OF_ID.findall(id_)
    for id_ in ID_IN_TEXT.findall(text):
        yield from PART_OF_ID.findall(id_)


def _values(text: str) -> Iterator[Any]:
    """The JSON of a body, or of each event."""
    for line in [text, *text.splitlines()]:
        try:
            yield json.loads(line.removeprefix("data:"))
        except ValueError:
            continue


def _ids(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _ids(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _ids(part, key)
    elif isinstance(value, str) and (key == "id" or key.endswith(("_id", "_ids"))):
        yield value


def _made_up(part: str, key: bytes) -> str:
    """Another one of the same form."""
    digest = hmac.digest(key, part.encode(), "sha512") * (len(part) // 64 + 1)
    return "".join(_like(old, byte) for old, byte in zip(part, digest, strict=False))


def _like(old: str, byte: int) -> str:
    if old.isdigit():
        return str(byte % 10)
    letters = "abcdef" if old.lower() in "abcdef" else "ghijklmnopqrstuvwxyz"
    new = letters[byte % len(letters)]
    return new.upper() if old.isupper() else new
