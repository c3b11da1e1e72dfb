"""The texts of the pages, in English and in Chinese: words.yaml."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "zh")


def words(language: str) -> dict[str, str]:
    return {name: texts[language] for name, texts in _all().items() if name != "statuses"}


def status_words(language: str) -> dict[str, str]:
    """The words for each status, shown beside its name."""
    return dict(_all()["statuses"]) if language == "zh" else {}


def language_of(accept_language: str) -> str:
    """The first language of an Accept-Language header that the pages speak."""
    for part in accept_language.split(","):
        language = part.split(";")[0].strip()[:2].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def other(language: str) -> str:
    return "zh" if language == "en" else "en"


@functools.cache
def _all() -> dict[str, Any]:
    text = (Path(__file__).parent / "words.yaml").read_text(encoding="utf-8")
    known: dict[str, Any] = yaml.safe_load(text)
    return known
