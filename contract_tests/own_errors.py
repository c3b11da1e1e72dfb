"""Checks of ours on errors."""

from __future__ import annotations

import re
from typing import Any

from schemathesis import Case, Response
from schemathesis.checks import CheckContext

from . import spec
from .reach import is_error, media_type_of


def error_explains_itself(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """It has words and a code, and the field that it blames is one of the request's."""
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


ALL = (error_explains_itself,)
