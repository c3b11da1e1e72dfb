"""Check that openapi.yaml describes every part in English and in Chinese.

    python -m scripts.check_descriptions    exit 1 and list what lacks one  (in `make lint`)

Operations, parameters, schemas and their properties need a `description`; one that is a `$ref` may
have that of its target. Beside each `description`, `summary` and `title` stands its
`x-description-zh`, and so on: the reference pages and the mock's `/docs` show them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DATA = ("default", "example", "value", "x-evidence")
CONDITIONS = ("if", "then", "else", "not", "oneOf", "anyOf", "allOf")  # restrict what is described

Part = dict[str, Any]


def problems(document: Part) -> list[str]:
    """Each missing description, with its place."""
    return [
        f"{'/'.join(place)}: {problem}"
        for place, part in parts(document, ())
        for problem in (*_untranslated(part), *_undescribed(document, place, part))
    ]


def parts(part: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Part]]:
    """Every object of the document with its place, none of the examples' data."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from parts(one, (*place, str(number)))
    elif isinstance(part, dict):
        is_map = place[-1:] in (("properties",), ("schemas",), ("parameters",))
        if not is_map:
            yield place, part
        in_link = place[-2:-1] == ("links",)
        for key, value in part.items():
            is_data = (
                key in DATA
                or (key == "examples" and isinstance(value, list))
                or (key == "requestBody" and in_link)
            )
            if is_map or not is_data:
                yield from parts(value, (*place, key))


def _untranslated(part: Part) -> Iterator[str]:
    for key in ("description", "summary", "title"):
        text, chinese = part.get(key), part.get(f"x-{key}-zh")
        if isinstance(text, str) and not CHINESE.search(chinese or ""):
            yield f"expected a Chinese text in x-{key}-zh, got {chinese!r}"


def _undescribed(document: Part, place: tuple[str, ...], part: Part) -> Iterator[str]:
    if "operationId" in part and "responses" in part and "description" not in part:
        yield "expected a description of the operation, got none"
    if place[-2:-1] == ("schemas",) and "description" not in part:
        yield "expected a description of the schema, got none"
    if not any(key in CONDITIONS for key in place):
        for name, field in part.get("properties", {}).items():
            if "description" not in _resolved(document, field):
                yield f"expected a description of the property {name}, got none"
    for parameter in part.get("parameters", ()) if "responses" in part else ():
        if "description" not in _resolved(document, parameter):
            yield f"expected a description of the parameter {parameter.get('name')}, got none"


def _resolved(document: Part, part: Part) -> Part:
    """The part, completed by the part that it refers to."""
    while "$ref" in part:
        place: Any = document
        for key in part["$ref"].removeprefix("#/").split("/"):
            place = place[key]
        part = {**place, **{key: value for key, value in part.items() if key != "$ref"}}
    return part


if __name__ == "__main__":
    found = problems(yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8")))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
