"""A text to a Scenario, or to the reason why not, with its place."""

from __future__ import annotations

import codecs
import inspect
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import Path, ScenarioError, described
from appbuilder_mock.scenarios.event_edits import EventEdit, InsertedEvent
from appbuilder_mock.scenarios.faults import Cut, Drip, ErrorBody, Fault, Malformed, Pause, Quota
from appbuilder_mock.scenarios.json_text import read_json
from appbuilder_mock.scenarios.nodes import MAX_LENGTH, Entries, Node, Unreadable, line_and_column
from appbuilder_mock.scenarios.outcomes import PLACEHOLDERS, Failed, Reply, ToolCall, ToolRound
from appbuilder_mock.scenarios.rules import Match, Rule, Scenario
from appbuilder_mock.scenarios.yaml_text import read_yaml

Reader = Callable[[Node, Path], Any]


def read_scenario(file: str | FilePath) -> Scenario:
    """The scenario in a file. Raises ScenarioError, also for a file that cannot be read."""
    try:
        content = FilePath(file).read_bytes()
    except OSError as error:
        raise ScenarioError(
            f"cannot be read: {error.strerror or error}", source=str(file)
        ) from error
    return load_scenario(content, source=str(file))


def load_scenario(text: str | bytes, source: str = "scenario") -> Scenario:
    """The scenario in a text: JSON when it begins with `{` or `[`, else YAML. Bytes are UTF-8.

    `source` names the text in errors. Raises ScenarioError.
    """
    decoded = text.decode(errors="replace") if isinstance(text, bytes) else text
    decoded = decoded.removeprefix("\ufeff")
    try:
        if isinstance(text, bytes):
            _check_utf8(text.removeprefix(codecs.BOM_UTF8))
        if len(decoded) > MAX_LENGTH:
            raise Unreadable(f"expected at most {MAX_LENGTH} characters, got {len(decoded)}", 0)
        scenario = _read_scenario(_node(decoded), ())
        assert isinstance(scenario, Scenario)
        return scenario
    except Unreadable as error:
        line, column = line_and_column(decoded, error.at)
        raise ScenarioError(
            error.reason, error.path, source=source, line=line, column=column
        ) from None


def _check_utf8(content: bytes) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        at = len(content[: error.start].decode())
        raise Unreadable(f"not UTF-8 text ({error.reason}); save the file as UTF-8", at) from None


def _node(text: str) -> Node:
    node = read_json(text) if text.lstrip(" \t\r\n").startswith(("{", "[")) else read_yaml(text)
    if node is None or node.value is None:
        raise Unreadable("the scenario is empty; expected `rules:` and a list of rules", 0)
    return node


def _entries(node: Node, path: Path, known: list[str], required: list[str]) -> Entries:
    """The keys and values of an object with these keys."""
    keys = ", ".join(required or known)
    if not isinstance(node.value, dict):
        colon = isinstance(node.value, str) and "：" in node.value
        hint = '; a key is followed by ": ", not by a full-width colon' if colon else ""
        got = described(node.value if isinstance(node.value, str) else node.plain())
        raise Unreadable(f"expected an object with {keys}; got {got}{hint}", node.at, path)
    for key, (key_at, child) in node.value.items():
        if key not in known:
            raise Unreadable(checks.unknown("key", key, known), key_at, path)
        if child.value is None:
            raise Unreadable(
                "expected a value, got nothing (null); write one or remove the key",
                key_at,
                (*path, key),
            )
    return node.value


def _part(build: Callable[..., Any], **readers: Reader) -> Reader:
    """Read an object with the parameters of `build` as keys; most values are taken plain."""
    parameters = inspect.signature(build).parameters
    required = [name for name, one in parameters.items() if one.default is inspect.Parameter.empty]

    def read(node: Node, path: Path) -> Any:
        entries = _entries(node, path, list(parameters), required)
        if missing := [name for name in required if name not in entries]:
            raise Unreadable(f"missing {' and '.join(missing)}; add it", node.at, path)
        values = {
            key: readers.get(key, _plain)(child, (*path, key))
            for key, (_, child) in entries.items()
        }
        try:
            return build(**values)
        except ScenarioError as error:
            raise Unreadable(error.reason, node.find(error.path), path + error.path) from None

    return read


def _plain(node: Node, _: Path) -> Any:
    return node.plain()


def _list_of(read: Reader) -> Reader:
    def read_list(node: Node, path: Path) -> Any:
        if not isinstance(node.value, list):
            raise Unreadable(f"expected a list, got {described(node.plain())}", node.at, path)
        return [read(child, (*path, index)) for index, child in enumerate(node.value)]

    return read_list


def _text_or_reply(node: Node, path: Path) -> Any:
    if not isinstance(node.value, (dict, list)):
        return node.value
    for name in PLACEHOLDERS:  # `reply: {text}` is an object in YAML
        if isinstance(node.value, dict) and _is_null(node.value.get(name)):
            raise Unreadable(
                f'expected text; put text that begins with a brace in quotes: "{{{name}}} …"',
                node.at,
                path,
            )
    return _read_reply(node, path)


def _round(node: Node, path: Path) -> Any:
    """A list of calls, or an object that has them."""
    if not isinstance(node.value, dict):
        return _list_of(_read_call)(node, path)
    if "calls" not in node.value:
        raise Unreadable(
            "expected a list, got an object; a round is a list of calls, or an object with calls",
            node.at,
            path,
        )
    return _read_round(node, path)


def _is_null(entry: tuple[int, Node] | None) -> bool:
    return entry is not None and entry[1].value is None


_read_reply = _part(Reply)
_read_fault = _part(
    Fault,
    error=_part(ErrorBody),
    pause=_part(Pause),
    cut=_part(Cut),
    malformed=_part(Malformed),
    drip=_part(Drip),
)
_read_call = _part(ToolCall)
_read_round = _part(ToolRound, calls=_list_of(_read_call))
_read_rule = _part(
    Rule,
    match=_part(Match),
    tool_rounds=_list_of(_round),
    reply=_text_or_reply,
    partial_reply=_text_or_reply,
    failed=_part(Failed),
    events=_list_of(_part(EventEdit, insert=_list_of(_part(InsertedEvent)))),
    fault=_read_fault,
    quota=_part(Quota),
)


def _read_scenario(node: Node, path: Path) -> Any:
    """The complete scenario. A `$schema` is for editors, and ignored."""
    if isinstance(node.value, dict) and "$schema" in node.value:
        _, schema = node.value["$schema"]
        if not isinstance(schema.value, str):
            raise Unreadable("expected the address of the schema as text", schema.at, ("$schema",))
        rest = {key: entry for key, entry in node.value.items() if key != "$schema"}
        node = Node(node.at, rest)
    return _read_rules(node, path)


def _of_rules(rules: list[Rule], otherwise: Any = None, seed: Any = None) -> Scenario:
    return Scenario(rules, otherwise, seed)


_read_rules = _part(_of_rules, rules=_list_of(_read_rule))
