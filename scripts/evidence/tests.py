"""Tests of each fact: tests and checks that name it, and those generated from the schemas.

- `@about("…")` on a test or a check, anywhere in contract_tests/ or tests/.
- contract_tests/suite/test_odd_values.py has a test for each fact that a request can break.
- The check response_schema_conformance holds each answer to its schema, wherever it comes.
- tests/generated/test_wire.py reads each model without each field.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.evidence.crossings import crossings
from scripts.evidence.facts import LIMITS, Fact

ROOT = Path(__file__).resolve().parents[2]
LIMIT_TEST = "contract_tests/suite/test_odd_values.py::test_one_step_too_far"
DEFAULT_TEST = "tests/generated/test_wire.py::test_absent_field"
CONFORMANCE = "response_schema_conformance"
HEADERS = "response_headers_conformance"
CONFORMING = (*LIMITS, "required", "const")


def known_tests(document: dict[str, Any], found: list[Fact]) -> dict[str, list[str]]:
    """The names of the tests of each fact, by its id."""
    known: dict[str, list[str]] = defaultdict(list)
    for place, patterns in named():
        for fact in matching(patterns, found):
            known[fact.id].append(place)
    for one in every_crossing(document):
        known[one.fact].append(f"{LIMIT_TEST}[{one.operation_id}-{one.fact}]")
    answered = answered_by(document)
    for fact in found:
        component = re.split(r"[./\[]", fact.id)[0]
        operations = answered.get(component, [])
        closed: tuple[str, ...] = CONFORMING
        if answer := re.match(r"(\w+) 200\[\]", fact.id):  # an event of a stream
            operations, closed = [answer[1]], (*CONFORMING, "enum")
        if operations and fact.keyword in closed:
            known[fact.id].append(f"{CONFORMANCE}: {', '.join(operations)}")
        if "(headers)" in fact.id or " 200 " in fact.id:
            known[fact.id].append(f"{HEADERS}: every operation that documents it")
        if operations and fact.keyword == "default" and fact.id.count(".") == 1:
            model, field = fact.id.removesuffix("/default").split(".")
            known[fact.id].append(f"{DEFAULT_TEST}[{model}-{field}]")
    return {fact.id: list(dict.fromkeys(known[fact.id])) for fact in found}


def every_crossing(document: dict[str, Any]) -> Iterator[Any]:
    """Of all operations, made from their examples."""
    for item in document["paths"].values():
        content = item["post"]["requestBody"]["content"]
        for media in content.values():
            if examples := media.get("examples"):
                base = next(iter(examples.values()))["value"]
                yield from crossings(document, item["post"]["operationId"], base)


def named() -> Iterator[tuple[str, list[str]]]:
    """Each test or check that is `about` facts, as file::name, and the ids or patterns it gives."""
    for folder in ("contract_tests", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            if "@about(" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and (patterns := list(_patterns(node))):
                    yield f"{path.relative_to(ROOT).as_posix()}::{node.name}", patterns


def _patterns(node: ast.FunctionDef) -> Iterator[str]:
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "about":
            for argument in one.args:
                yield ast.literal_eval(argument)


def matching(patterns: list[str], found: list[Fact]) -> list[Fact]:
    """The facts with these ids; `*` stands for anything, and a `!` takes facts away."""
    but = [form_of(one[1:]) for one in patterns if one.startswith("!")]
    forms = [form_of(one) for one in patterns if not one.startswith("!")]
    return [
        fact
        for fact in found
        if any(form.fullmatch(fact.id) for form in forms)
        and not any(form.fullmatch(fact.id) for form in but)
    ]


def form_of(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


def dangling(found: list[Fact]) -> list[str]:
    """Tests that are about facts which are not there."""
    return [
        f"{place}: about({pattern!r}), and no fact has that id: see make evidence"
        for place, patterns in named()
        for pattern in patterns
        if not matching([pattern.removeprefix("!")], found)
    ]


def answered_by(document: dict[str, Any]) -> dict[str, list[str]]:
    """The operations whose answers hold each component."""
    known: dict[str, list[str]] = defaultdict(list)
    for item in document["paths"].values():
        operation = item["post"]
        for name in _reached(operation["responses"].get("200", {}), document, set()):
            known[name].append(operation["operationId"])
        for status, response in operation["responses"].items():
            if status != "200":
                for name in _reached(response, document, set()):
                    if operation["operationId"] not in known[name]:
                        known[name].append(operation["operationId"])
    return known


def _reached(part: Any, document: dict[str, Any], seen: set[str]) -> set[str]:
    if isinstance(part, list):
        for one in part:
            _reached(one, document, seen)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" and value not in seen:
                seen.add(value)
                _reached(_at(value, document), document, seen)
            elif key not in ("example", "examples", "links"):
                _reached(value, document, seen)
    return {one.rpartition("/")[2] for one in seen}


def _at(reference: str, document: dict[str, Any]) -> Any:
    place: Any = document
    for key in reference.removeprefix("#/").split("/"):
        place = place[key]
    return place
