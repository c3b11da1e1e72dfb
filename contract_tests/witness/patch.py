"""A patch of the marks in openapi.yaml: what is known now, beside each fact that was settled."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from scripts.evidence.facts import Fact, facts

from .findings import Verdict

BY_WORD = ("required", "enum")  # a map of these can have marks of single words
PLAIN = re.compile(r"[A-Za-z][\w ().*~/?-]*")


@dataclass
class _Marks:
    """The marks of one keyword in one `x-evidence`: their place, and the facts they hold for."""

    keyword: str
    start: int
    end: int
    value: Any
    facts: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))


def patch(text: str, verdicts: Mapping[str, Verdict], when: str) -> str:
    """A unified diff of openapi.yaml, empty if nothing is settled.

    A confirmed fact has the mark `rec` in place of `unknown`. A contradicted one keeps its marks,
    with `unknown (otherwise in witness …)`: what is right instead is for its reader to write. If a
    mark also holds for facts with another verdict, it stays, and the new one names its facts.
    """
    settled = {one: verdict for one, verdict in verdicts.items() if verdict != "open"}
    changed = text
    for marks in sorted(_marks(text), key=lambda one: -one.start):
        new = _new_value(marks, settled, when)
        if new != marks.value:
            changed = changed[: marks.start] + _flow(new) + changed[marks.end :]
    lines = (text.splitlines(keepends=True), changed.splitlines(keepends=True))
    return "".join(difflib.unified_diff(*lines, "a/openapi.yaml", "b/openapi.yaml"))


def _marks(text: str) -> list[_Marks]:
    """All marks. Each is replaced by its number, so that each fact names the mark it has."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        found: list[tuple[_Marks, str]] = []
        for keyword, node in _nodes(root):
            start = node.start_mark.index
            end = start + len(text[start : node.end_mark.index].rstrip())
            marks = _Marks(keyword, start, end, yaml.safe_load(text[start:end]))
            if isinstance(node, yaml.MappingNode):
                words = [(key.value, key) for key, _ in node.value]
                node.value = [(key, _numbered(found, marks, word)) for word, key in words]
            else:
                node.value = _numbered(found, marks, "").value
                node.__class__, node.tag = yaml.ScalarNode, "tag:yaml.org,2002:str"
                node.style = None
        document = loader.construct_document(root)
    finally:
        loader.dispose()
    for fact in facts(document):
        for mark in fact.marks:
            marks, word = found[int(mark.removeprefix("n"))]
            marks.facts[word].append(fact)
    return [marks for marks in {id(one): one for one, _ in found}.values() if marks.facts]


def _numbered(found: list[tuple[_Marks, str]], marks: _Marks, word: str) -> yaml.ScalarNode:
    found.append((marks, word))
    return yaml.ScalarNode("tag:yaml.org,2002:str", f"n{len(found) - 1}")


def _nodes(node: Any) -> Iterator[tuple[str, Any]]:
    """The marks of each keyword."""
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _nodes(one)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.value != "x-evidence":
            yield from _nodes(value)
        elif isinstance(value, yaml.MappingNode):
            yield from ((keyword.value, marks) for keyword, marks in value.value)
        elif isinstance(value, yaml.SequenceNode):
            yield "here", value


def _new_value(marks: _Marks, settled: Mapping[str, Verdict], when: str) -> Any:
    by_word = isinstance(marks.value, dict)
    old = marks.value if by_word else {"": marks.value}
    new: dict[str, Any] = {}
    for word, value in old.items():
        held = marks.facts[word]
        whole = _with_verdicts(value, held, settled, when)
        is_split = marks.keyword in BY_WORD and word in ("", "others")
        words = {str(fact.value) for fact in held if isinstance(fact.value, str)}
        if not is_split or len(words) < 2 or _is_whole(held, settled):
            new[word] = whole
            continue
        for one in sorted(words):
            of_word = [fact for fact in held if fact.value == one]
            if (marked := _with_verdicts(value, of_word, settled, when)) != value:
                new[one] = marked
        if not words <= new.keys():
            new["others" if by_word or new else ""] = value
    return new[""] if new.keys() == {""} else new


def _is_whole(held: list[Fact], settled: Mapping[str, Verdict]) -> bool:
    return len({settled.get(fact.id) for fact in held}) == 1


def _with_verdicts(
    value: str | list[str], held: list[Fact], settled: Mapping[str, Verdict], when: str
) -> str | list[str]:
    """The marks of facts, with what was seen of them."""
    marks = [value] if isinstance(value, str) else list(value)
    is_whole = _is_whole(held, settled)
    added = []
    for verdict, mark in (
        ("confirmed", "rec (witness"),
        ("contradicted", "unknown (otherwise in witness"),
    ):
        ids = [fact.id for fact in held if settled.get(fact.id) == verdict]
        if ids:
            which = "" if is_whole else f" for {' and '.join(ids)}"
            added.append(f"{mark} {when}{which})")
    if not added:
        return value
    kept = [one for one in marks if not (is_whole and one.partition(" ")[0] == "unknown")]
    return [*kept, *added]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    text = str(value)
    return text if PLAIN.fullmatch(text) else "'" + text.replace("'", "''") + "'"
