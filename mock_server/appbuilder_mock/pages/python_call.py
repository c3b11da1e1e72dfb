"""An operation as a call of the Python client, for a reader to copy.

The mock does not know the client: the spec names its methods (`x-resource`, `x-method`), and the
tests carry every call out.
"""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from typing import Any

from appbuilder_mock.pages.spec import DocumentedOperation

ROOM = 36  # characters on one line; a program has half the page

FILE = "notes.txt"  # to upload
# Arguments that are in no JSON body.
BESIDES = {"createFile": {"file_path": FILE}, "downloadFile": {"file_path": "."}}
# Names that the client's code has for itself: members of its models, the types in their annotations
# and what a method calls. The macro `attribute` in generated/templates/wire.jinja has them as well.
MEMBERS = (
    "self from_dict to_dict additional_properties model_dump model_dump_json classmethod field"
)
TYPES = "str int float bool list dict Any ClassVar Fields Iterator Literal Mapping Sequence"
CALLED = "ops described as_items as_pairs as_part as_parts"
TAKEN = frozenset(f"{MEMBERS} {TYPES} {CALLED}".split())


def python_name(name: str) -> str:
    """The name of a field in Python: its own, or with an underscore where Python needs that one."""
    plain = re.sub(r"\W", "_", name)
    if plain.startswith("_") or not plain.isidentifier():
        plain = f"field_{plain.lstrip('_')}"
    return f"{plain}_" if keyword.iskeyword(plain) or plain in TAKEN else plain


def python_call(operation: DocumentedOperation, body: dict[str, Any]) -> str | None:
    """A program; None for an operation without a method."""
    method = operation.python_method
    if method is None:
        return None
    arguments = {**body, **BESIDES.get(operation.id, {})}
    streams = arguments.pop("stream", False)
    if streams:
        resource, _, name = method.rpartition(".")
        method = f"{resource}.stream_{name}"
    call = f"client.{method}({_written(arguments)})"
    if streams:
        return _program(f"with {call} as stream:\n    for event in stream:\n        print(event)")
    return _program(f"answer = {call}\nprint(answer)")


def listing_call(method: str, arguments: dict[str, Any]) -> str:
    """A program that goes through all items of a list."""
    call = f"client.{method}({_written(arguments)})"
    return _program(f"for item in {call}:\n    print(item)")


def _program(use: str) -> str:
    return (
        "from appbuilder_assistants import AppBuilder\n\n"
        "with AppBuilder() as client:\n"
        f"{textwrap.indent(use, '    ')}\n"
    )


def _written(arguments: dict[str, Any]) -> str:
    """`name="x", limit=5`, or a line for each argument where they are long."""
    written = [f"{python_name(name)}={_literal(value)}" for name, value in arguments.items()]
    line = ", ".join(written)
    if len(line) <= ROOM and "\n" not in line:
        return line
    return "\n" + "".join(f"{textwrap.indent(one, '    ')},\n" for one in written)


def _literal(value: Any) -> str:
    """A value as Python, with double quotes, and in several lines where it is long."""
    match value:
        case dict():
            parts = [f"{_literal(key)}: {_literal(part)}" for key, part in value.items()]
            return _enclosed("{", parts, "}")
        case list():
            return _enclosed("[", list(map(_literal, value)), "]")
        case str():
            return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _enclosed(begin: str, parts: list[str], end: str) -> str:
    line = begin + ", ".join(parts) + end
    if len(line) <= ROOM and "\n" not in line:
        return line
    lines = "".join(f"{textwrap.indent(part, '    ')},\n" for part in parts)
    return f"{begin}\n{lines}{end}"
