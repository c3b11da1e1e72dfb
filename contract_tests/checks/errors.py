"""Our checks on errors."""

from __future__ import annotations

import re
from typing import Any

from schemathesis import Case, Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_error, media_type_of

from .seen import Seen

OF_FILES = ("queryFile", "deleteFile", "downloadFile", "readFile")


def error_explains_itself(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """An error has a message and a code, and the field that it names is one of the request's."""
    if not is_error(response) or media_type_of(response) != "application/json":
        return
    try:
        error = response.json()["error"]
        code, message = error["code"], error["message"]
    except (ValueError, LookupError, TypeError):
        return  # the schema of errors says what is wrong with it
    assert code not in ("", None), "the code of the error is empty"
    assert message, "the message of the error is empty"
    blamed = error.get("param") or error.get("params")
    if isinstance(blamed, str) and blamed:
        [field, *_] = re.split(r"[.\[]", blamed)
        known = spec.fields(spec.operation_of(case)) | spec.body_of(case).keys()
        assert field in known, f"the error blames {blamed!r}; the request has no such field"


def unknown_file_is_noted(seen: Seen, response: Response, case: Case[Any]) -> None:
    """The response to an unknown file id is an open question: each form is accepted, and noted."""
    if spec.operation_of(case) not in OF_FILES or media_type_of(response) != "application/json":
        return
    try:
        body = response.json()
    except ValueError:
        return  # other checks say what is wrong with it
    error = body.get("error") if isinstance(body, dict) else None
    if body is None:
        seen.observations.note("unknown-file", "null")
    elif isinstance(error, str):
        seen.observations.note("unknown-file", "error-text")
    elif response.status_code == 404:
        seen.observations.note("unknown-file", "error")


ALL = (error_explains_itself, unknown_file_is_noted)
