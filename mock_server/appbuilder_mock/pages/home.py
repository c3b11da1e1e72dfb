"""The page at `/`."""

from __future__ import annotations

import functools
import json
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request

from appbuilder_mock.pages.words import other, status_words, words
from appbuilder_mock.state import DEFAULT_TOKEN, state_of

# The texts that the script shows; the rest stands in the template.
IN_SCRIPT = (
    "copied copy connected lost refused show_all show_less open no_answer waits scenario bytes "
    "empty_thread messages runs no_instructions new_assistant reset_sure"
)


def home(request: Request, language: str) -> str:
    """The page: the server's address and variables, and the frame of the live view.

    The token is shown only when it is the default one.
    """
    labels = words(language)
    known = state_of(request).token == DEFAULT_TOKEN
    script_words = {name: labels[name] for name in IN_SCRIPT.split()}
    script_words["statuses"] = status_words(language)  # type: ignore[assignment]
    values = {
        **labels,
        "language": {"en": "en", "zh": "zh-CN"}[language],
        "lang": language,
        "other": other(language),
        "url": str(request.base_url).rstrip("/"),
        "token": DEFAULT_TOKEN if known else labels["token_placeholder"],
        "token_note": "" if known else labels["token_hidden"],
        "words": json.dumps(script_words, ensure_ascii=False),
    }
    return _template().substitute({name: escape(value) for name, value in values.items()})


@functools.cache
def _template() -> Template:
    return Template((Path(__file__).parent / "home.html").read_text(encoding="utf-8"))
