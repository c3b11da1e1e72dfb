"""Docstrings of generated methods: the text, the parameters, and the operationId."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

WIDTH = 100


def docstring(text: str, operation: str, parameters: Iterable[tuple[str, str]], indent: int) -> str:
    """The docstring with its quotes, for code that is indented so far."""
    lines: list[str] = []
    first, *others = text.strip().split("\n\n")
    if len(first) > WIDTH - indent - 6 and ". " in first:  # the summary stands on one line
        summary, rest = first.split(". ", 1)
        first, others = f"{summary}.", [rest, *others]
    for paragraph in (first, *others):
        lines += ["", *_wrapped(paragraph, WIDTH - indent - (0 if lines else 6))]
    lines = lines[1:]
    described = [(name, words) for name, words in parameters if words]
    if described:
        lines += ["", "Args:"]
        for name, words in described:
            lines += _wrapped(f"{name}: {words}", WIDTH - indent, "    ", "        ")
        lines += ["", f"({operation})"]
    elif operation:
        end = f"  ({operation})"
        if len(lines[-1]) + len(end) + 6 > WIDTH - indent:
            lines += [f"({operation})"]
        else:
            lines[-1] += end
    lines = [line.replace('"""', "'''") for line in lines]
    begin = 'r"""' if any("\\" in line for line in lines) else '"""'
    if len(lines) == 1:
        return f'{begin}{lines[0]}{" " * lines[0].endswith((chr(34), chr(92)))}"""'
    body = "\n".join(lines[:1] + [f"{' ' * indent}{line}".rstrip() for line in lines[1:]])
    return f'{begin}{body}\n{" " * indent}"""'


def _wrapped(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
