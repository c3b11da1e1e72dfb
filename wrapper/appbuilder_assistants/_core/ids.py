"""Detection of ids of the wrong kind, by their prefixes, before a request is sent; no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeGuard

PREFIXES = {
    "asst_": "assistant_id",
    "thread_": "thread_id",
    "msg_": "message_id",
    "chatmsg_": "message_id",
    "run_": "run_id",
    "step-": "step_id",
    "file-": "file_id",
}
"""Prefixes of ids, and the parameter that takes each. Ids of other forms may be anything."""

_PREFIX = re.compile("|".join(PREFIXES))

_OBJECTS = {
    "assistant_id": "an assistant",
    "thread_id": "a thread",
    "message_id": "a message",
    "run_id": "a run",
    "step_id": "a step",
    "file_id": "a file",
}

_LISTED = {
    "listAssistants": "assistant_id",
    "listMountedFiles": "file_id",
    "listMessages": "message_id",
    "listMessageFiles": "file_id",
    "listRuns": "run_id",
    "listRunSteps": "step_id",
}
"""The kind of the ids that bound a list."""

_OPTIONAL = {("createRun", "thread_id")}
"""Ids that a request may have none of."""

LONGEST = 80


def is_id(value: object) -> TypeGuard[str]:
    """Whether a request can send an id that a server gave: a text without single surrogates."""
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:
        return False


def check_ids(operation: str, body: Mapping[str, Any]) -> None:
    """Raise ValueError for an id of another kind than its parameter's, TypeError for no text.

    None is none either, where the id is required. The service would answer that there is no such
    thread, as if it had been deleted.
    """
    wrong: dict[str, tuple[str, str, str]] = {}
    for name, kind, value in _ids(operation, body):
        if not isinstance(value, str):
            raise TypeError(
                f"{operation}: {name}: expected the id of {_OBJECTS[kind]}, a text; "
                f"got {_shown(value)}"
            )
        if not value and name == kind:  # an empty bound of a list is none
            raise ValueError(f"{operation}: {name}: expected the id of {_OBJECTS[kind]}, got ''")
        other = _kind(value)
        if other not in (None, kind):
            wrong[name] = (kind, other or "", value)
    if wrong:
        raise ValueError(f"{operation}: {_message(wrong)}")


@cache
def _kinds(operation: str) -> Mapping[str, str]:
    """The kinds of an operation's parameters that may be ids."""
    kinds = {name: name for name in _OBJECTS}
    if operation in _LISTED:
        kinds.update(after=_LISTED[operation], before=_LISTED[operation])
    return kinds


def _ids(operation: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """The ids in a request: each parameter's name, its kind, and its value."""
    kinds = _kinds(operation)
    for name, value in body.items():
        kind = kinds.get(name)
        if kind is None:
            continue
        is_required = name == kind and (operation, name) not in _OPTIONAL
        if value is not None or is_required:
            yield name, kind, value
    for index, value in enumerate(body.get("file_ids") or ()):
        yield f"file_ids[{index}]", "file_id", value
    output = body.get("tool_output")
    if isinstance(output, Mapping) and output.get("run_id") is not None:
        yield "tool_output.run_id", "run_id", output["run_id"]


def _kind(value: str) -> str | None:
    """The parameter that an id of this form belongs to; None for a form that is not known."""
    found = _PREFIX.match(value)
    return PREFIXES[found[0]] if found else None


def _message(wrong: Mapping[str, tuple[str, str, str]]) -> str:
    """The wrong ids, and the advice to give."""
    given = ", ".join(f"{name}={value[:LONGEST]!r}" for name, (_, _, value) in wrong.items())
    takes = sorted(kind for kind, _, _ in wrong.values())
    are = sorted(other for _, other, _ in wrong.values())
    if len(wrong) > 1 and takes == are:
        *names, last = wrong
        return f"{', '.join(names)} and {last} look swapped: {given}; give them by name"
    parts = [
        f"{name} is the id of {_OBJECTS[other]}, not of {_OBJECTS[kind]}"
        for name, (kind, other, _) in wrong.items()
    ]
    return f"{'; '.join(parts)}: {given}"


def _shown(value: object) -> str:
    """A value that is no id, in a few words."""
    if value is None:
        return "None"
    name = type(value).__name__
    own = value.get("id") if isinstance(value, Mapping) else getattr(value, "id", None)
    if isinstance(own, str):
        return f"an object; give its .id ({own[:LONGEST]!r})"
    return f"{value!r:.{LONGEST}}" if isinstance(value, (int, float)) else name
