"""Our checks on the objects of a response: ids, constants and kept fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemathesis import Case, Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import Object, items_of, objects_of, success_of
from scripts.evidence import about

from . import request_rules as rules
from .seen import Seen

# The constants that the spec's descriptions of `object` give.
WORDS = {
    "Assistant": ("assistant",),
    "Thread": ("thread",),
    "Message": ("thread.message",),
    "RunResult": ("run.result", "thread.run"),
    "RunStep": ("thread.run.step",),
}
# Those operations answer the run as it came out; all others, as it stands.
RESULTS = ("createRun", "submitToolOutputs")

ID_FORMS = {
    name: re.compile(schema["properties"]["id"]["x-form"], re.IGNORECASE)
    for name, schema in spec.DOCUMENT["components"]["schemas"].items()
    if "x-form" in schema.get("properties", {}).get("id", {})
}

KEPT = (
    "name",
    "description",
    "instructions",
    "thought_instructions",
    "chat_instructions",
    "response_format",
    "file_ids",
    "metadata",
    "role",
    "purpose",
)


def ids_are_those_asked_for(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """A response has the object that the request names, with the parents that it names."""
    asked = {name: id_ for name, id_ in _ids(spec.body_of(case)) if id_}
    own = spec.answered_id_field(spec.operation_of(case))
    for answered in objects_of(case, response):
        if own in asked:
            _compare("id", answered.get("id"), asked[own])
        for name, id_ in asked.items():
            if name != own and answered.get(name):
                _compare(name, answered[name], id_)
    output = spec.body_of(case).get("tool_output")
    body = success_of(case, response)
    if body is not None and isinstance(output, dict) and output.get("run_id"):
        _compare("id", body.get("id"), output["run_id"])


def _ids(asked: Object) -> Iterator[tuple[str, Any]]:
    return ((name, id_) for name, id_ in asked.items() if name.endswith("_id"))


def _compare(name: str, got: object, expected: object) -> None:
    assert got == expected, f"asked for {expected!r}, got an object whose {name} is {got!r}"


@about("*.id/x-form", "!ToolCall.id/x-form")
def ids_have_their_form(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """An id has the prefix of its kind; a message of a run has another one."""
    answered_schema = spec.answered_schema(spec.operation_of(case))
    for answered in objects_of(case, response):
        is_step = answered.get("object") == WORDS["RunStep"][0]
        schema = "RunStep" if is_step else answered_schema
        id_ = answered.get("id")
        if schema in ID_FORMS and isinstance(id_, str):
            form = ID_FORMS[schema]
            assert form.fullmatch(id_), f"expected an id like {form.pattern}, got {id_!r}"
        if schema == "Message" and (answered.get("run_id") or answered.get("role") == "user"):
            prefix = "chatmsg_" if answered.get("run_id") else "msg_"
            assert str(id_).startswith(prefix), (
                f"expected {prefix}… for what {answered.get('role')} said, got {id_!r}"
            )


def object_says_what_it_is(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """`object`, and the role of a message, have the constants of the spec."""
    operation_id = spec.operation_of(case)
    words = WORDS.get(spec.answered_schema(operation_id))
    body = success_of(case, response)
    if body is not None and items_of(body) is not None:
        assert body.get("object") == "list", f"the object of a list is {body.get('object')!r}"
    if words == WORDS["RunResult"]:
        words = words[:1] if operation_id in RESULTS and body is not None else words[1:]
    for answered in objects_of(case, response):
        word = answered.get("object")
        if words and "run_id" in answered and body is None:
            assert word == WORDS["RunStep"][0], f"the object of a step is {word!r}"
        elif words:
            assert word in words, f"expected an object {' or '.join(words)}, got {word!r}"
        role = answered.get("role", "user")
        assert role in ("user", "assistant"), f"the role of a message is {role!r}"


def what_was_sent_is_kept(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """The response to a creation or an update has the fields that the request sent."""
    operation_id = spec.operation_of(case)
    if not operation_id.startswith(("create", "update")) or not rules.is_positive(case):
        return
    body = success_of(case, response)
    if body is None or operation_id == "createRun":
        return
    sent = {**(case.query or {}), **spec.body_of(case)}
    for name in KEPT:
        if sent.get(name) in ("", [], {}):
            # At a creation empty is as good as absent. At an update the effect is known of
            # instructions only.
            assert (
                not body.get(name) or operation_id.startswith("create") or name != "instructions"
            ), f"{name}: sent {sent[name]!r}, got {body[name]!r}"
        elif sent.get(name) is not None and body.get(name) is not None:
            assert body[name] == sent[name], f"{name}: sent {sent[name]!r}, got {body[name]!r}"
    is_meant = sent.get("content") or operation_id.startswith("create")
    if isinstance(sent.get("content"), str) and is_meant:
        text = "".join(part["text"]["value"] for part in body["content"])
        assert text == sent["content"], f"content: sent {sent['content']!r}, got {text!r}"


def file_type_is_a_kind(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """`image` or `document` or another word, and not the suffix of the name."""
    for answered in objects_of(case, response):
        kind, name = answered.get("file_type"), str(answered.get("filename"))
        suffix = name.rpartition(".")[2].lower()
        is_known = kind in (None, "image", "document")
        assert is_known or kind != suffix, f"file_type: {kind!r} is the suffix of {name!r}"


def user_messages_are_noted(seen: Seen, response: Response, case: Case[Any]) -> None:
    """Whether a user's message names an assistant is not known."""
    for answered in objects_of(case, response):
        if answered.get("role") == "user" and not answered.get("run_id"):
            named = bool(answered.get("assistant_id"))
            seen.observations.note("user-messages", "of-assistant" if named else "plain")


ALL = (
    user_messages_are_noted,
    ids_are_those_asked_for,
    ids_have_their_form,
    object_says_what_it_is,
    what_was_sent_is_kept,
    file_type_is_a_kind,
)
