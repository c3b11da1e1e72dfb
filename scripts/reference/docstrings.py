"""Docstrings of the client, as the reference shows them."""

from __future__ import annotations

import inspect
import re
import textwrap


def prose_of(thing: object) -> str:
    """Without the parameters and the operation."""
    text = inspect.getdoc(thing) or ""
    text = re.sub(r"\s*\(\w+(, \w+)*\)$", "", text)
    text = text.partition("\n\nArgs:\n")[0]
    return _with_fences(text)


def described(thing: object) -> dict[str, str]:
    """The parameters in the section `Args`."""
    section = (inspect.getdoc(thing) or "").partition("\n\nArgs:\n")[2]
    found = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _with_fences(text: str) -> str:
    """Indented blocks as fenced code, which stays code in a list or table's neighbourhood."""
    blocks = re.split(r"\n\n(?=\S)", text)
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    head, _, code = block.partition("\n\n    ")
    if not code:
        return block
    return f"{head}\n\n```python\n{textwrap.dedent('    ' + code)}\n```"
