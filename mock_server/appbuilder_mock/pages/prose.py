"""The part of Markdown that openapi.yaml's descriptions use, as HTML."""

from __future__ import annotations

import re

from appbuilder_mock.pages.markup import Html, el, joined

INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\((https?://[^)\s]+|#[\w-]+)\)")


def prose(text: str) -> Html:
    """Paragraphs, lists (`- `) and tables (`| `), with code, strong words and links in them."""
    return joined(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def inline(text: str) -> Html:
    parts: list[object] = []
    end = 0
    for match in INLINE.finditer(text):
        parts.append(text[end : match.start()])
        code, strong, label, target = match.groups()
        if code:
            parts.append(el("code", code))
        elif strong:
            parts.append(el("strong", inline(strong)))
        else:
            parts.append(el("a", label, href=target))
        end = match.end()
    return joined([*parts, text[end:]])


def _block(block: str) -> Html:
    lines = block.strip().splitlines()
    if lines[0].startswith("|"):
        return _table(lines)
    if lines[0].startswith("- "):
        items = re.split(r"(?m)^- ", block.strip())[1:]
        return el("ul", *(el("li", inline(one_line(item))) for item in items))
    return el("p", inline(one_line(block)))


def one_line(text: str) -> str:
    """The lines joined: by a space, but for none behind Chinese punctuation."""
    return " ".join(re.sub(r"(?<=[。；：，、！？）])\s*\n\s*", "", text.strip()).split())


def _table(lines: list[str]) -> Html:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in lines
        if not re.fullmatch(r"[|:\s-]+", line)
    ]
    head, *body = rows
    return el(
        "table",
        el("thead", el("tr", *(el("th", inline(cell)) for cell in head))),
        el("tbody", *(el("tr", *(el("td", inline(cell)) for cell in row)) for row in body)),
    )
