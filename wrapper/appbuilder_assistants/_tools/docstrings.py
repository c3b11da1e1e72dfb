"""Parse docstrings: the description of a function or class and of each parameter.

Reads the usual forms: Google's (`Args:`), NumPy's (underlined), Sphinx's (`:param x:`) and
Epytext's (`@param x:`). A section of parameters ends where its indentation does.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

PARAMETERS = {
    "args", "arguments", "parameters", "params", "attributes", "keyword args", "keyword arguments",
    "other parameters", "参数", "参数说明", "入参", "输入参数", "关键字参数",
}  # fmt: skip
OTHERS = {
    "example", "examples", "note", "notes", "raises", "references", "return", "returns", "see also",
    "todo", "warning", "warnings", "warns", "yield", "yields", "返回", "返回值", "异常", "示例",
}  # fmt: skip

CJK = "\u2e80"  # the first of the characters that are written without spaces

GOOGLE = re.compile(r"(?P<title>[\w ]+?)\s*[:：]$")
FIELD = re.compile(
    r"(?::(?P<kind>\w+)|@(?P<epytext>param|type|keyword|return|rtype|raise)s?)"
    r"(?:\s+(?P<rest>[^:：]*))?[:：]\s*(?P<text>.*)"
)
PARAMETER_FIELDS = {"param", "parameter", "arg", "argument", "key", "keyword", "kwarg"}
# `city: text`, `city (str, optional): text`, `- city: text`, `**city**: text`, `city - text`
NAMED = re.compile(
    r"(?:[-•]\s+)?[`*]*(?P<name>\w+)[`*]*\s*(?:[(（].*?[)）]\s*)?(?:[:：]|(?<=\s)[-–—](?=\s))"
    r"\s*(?P<text>.*)"
)
NUMPY_NAMES = re.compile(r"(?P<names>\w+(?:\s*,\s*\w+)*)\s*(?::.*)?$")


@dataclass
class ParsedDocstring:
    """The text before the first section, and that of each parameter, by name."""

    summary: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read_doc(docstring: str | None) -> ParsedDocstring:
    """Parse a docstring; an absent one is empty."""
    lines = inspect.cleandoc(docstring or "").splitlines()
    doc = ParsedDocstring()
    start = next((n for n in range(len(lines)) if _section(lines, n) is not None), len(lines))
    doc.summary = "\n".join(lines[:start]).strip()
    _read_fields(lines[start:], doc)
    number = start
    while number < len(lines):
        title, underlined = _section(lines, number) or ("", False)
        number += 1 + underlined
        if title not in PARAMETERS:
            continue
        end = next((n for n in range(number, len(lines)) if _section(lines, n)), len(lines))
        read = _read_numpy if underlined else _read_google
        read(lines[number:end], doc)
        number = end
    return doc


def _section(lines: list[str], number: int) -> tuple[str, bool] | None:
    """The title of the section that begins here, "" for a field, and whether it is underlined."""
    line = lines[number]
    if line[:1].isspace() or not line:
        return None
    if FIELD.match(line):
        return "", False
    google = GOOGLE.match(line)
    following = "".join(lines[number + 1 : number + 2])
    underlined = google is None and re.fullmatch("-{3,}", following) is not None
    title = (google["title"] if google else line if underlined else "").strip().lower()
    return (title, underlined) if title in PARAMETERS | OTHERS else None


def _read_google(lines: list[str], doc: ParsedDocstring) -> None:
    """`name: text`, each as far indented as the first; deeper lines continue it."""
    first = next((line for line in lines if line.strip()), "")
    indent = _indent(first)
    name = None
    after_blank = False
    for line in lines:
        if not line.strip():
            after_blank = True
            continue
        at_margin = _indent(line) <= indent
        named = NAMED.fullmatch(line.strip()) if at_margin else None
        if _indent(line) < indent or (at_margin and after_blank and not named):
            return  # a paragraph, or a section of another name
        after_blank = False
        if named:
            name = named["name"]
            doc.parameters[name] = named["text"]
        elif name is not None:
            _continue(doc, name, line)


def _read_numpy(lines: list[str], doc: ParsedDocstring) -> None:
    """`name : type` on a line, the text indented below."""
    names: list[str] = []
    for line in lines:
        if line.strip() and not line[:1].isspace():
            named = NUMPY_NAMES.match(line)
            names = re.split(r"\s*,\s*", named["names"]) if named else []
            doc.parameters.update(dict.fromkeys(names, ""))
        else:
            for name in names:
                _continue(doc, name, line)


def _read_fields(lines: list[str], doc: ParsedDocstring) -> None:
    """`:param type name: text`, continued below: indented, or at once."""
    name = None
    after_blank = False
    for line in lines:
        field_ = FIELD.match(line)
        if field_:
            words = (field_["rest"] or "").split()
            kind = field_["kind"] or field_["epytext"]
            name = words[-1] if words and kind in PARAMETER_FIELDS else None
            if name:
                doc.parameters[name] = field_["text"].strip()
        elif name and (line[:1].isspace() or (line and not after_blank)):
            _continue(doc, name, line)
        elif line.strip():
            name = None
        after_blank = not line.strip()


def _continue(doc: ParsedDocstring, name: str, line: str) -> None:
    before, more = doc.parameters[name], line.strip()
    # Chinese is written without spaces, so a line break is none either.
    space = "" if before[-1:] >= CJK and more[:1] >= CJK else " "
    doc.parameters[name] = f"{before}{space}{more}".strip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
