"""Pieces of a Markdown page, and the mock's markup of types and limits turned into it."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any

from appbuilder_mock.pages.markup import Html
from appbuilder_mock.pages.prose import one_line

LONGEST_LINE = 100  # characters of a signature on one line


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def cell(text: str) -> str:
    """A text that stays in its cell: one line, its bars escaped, also within code."""
    return re.sub(r"(?<!\\)\|", r"\\|", one_line(text))


def code(text: str) -> str:
    return f"`{text}`"


def fenced(text: str) -> str:
    return f"```python\n{text.strip()}\n```"


def from_html(markup: Html, link: Callable[[str], str]) -> str:
    """Code and the links to objects of the mock's page; `link` has the link to an object."""
    text = re.sub(r'<a href="#object-(\w+)">\w+</a>', lambda found: link(found[1]), markup)
    text = re.sub(r"<code>(.*?)</code>", r"`\1`", text)
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def signature(name: str, function: Callable[..., Any]) -> str:
    """As it is written: without self, a line for each parameter where it is long."""
    found = inspect.signature(function)
    parameters = [one for key, one in found.parameters.items() if key != "self"]
    written = [_parameter(one) for one in parameters]
    keyword = [one.kind is one.KEYWORD_ONLY for one in parameters]
    if True in keyword:
        written.insert(keyword.index(True), "*")
    answer = "" if inspect.isclass(function) else annotation(found.return_annotation)
    arrow = f" -> {answer}" if answer else ""
    line = f"{name}({', '.join(written)}){arrow}"
    if len(line) <= LONGEST_LINE:
        return line
    lines = "".join(f"    {one},\n" for one in written)
    return f"{name}(\n{lines}){arrow}"


def _parameter(one: inspect.Parameter) -> str:
    kind = f": {annotation(one.annotation)}" if one.annotation is not one.empty else ""
    if one.default is one.empty:
        return f"{one.name}{kind}"
    return f"{one.name}{kind}{' = ' if kind else '='}{default(one)}"


def default(parameter: inspect.Parameter) -> str:
    """A default as it is written; of a function or a member of an enum, its name."""
    value = parameter.default
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, str):
        return f'"{value}"'
    return getattr(value, "__name__", "").lstrip("_") or repr(value)


def annotation(given: object) -> str:
    """An annotation as its source has it."""
    if given is inspect.Parameter.empty:
        return ""
    if isinstance(given, str):
        return given.replace("'", '"')
    found = getattr(given, "__forward_arg__", None) or getattr(given, "__name__", None)
    return str(found or given)
