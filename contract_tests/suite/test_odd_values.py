"""Odd but valid values are accepted; values one step beyond a limit are refused."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import OwnedObjects, files
from contract_tests.spec import document as spec
from contract_tests.spec import known_facts
from contract_tests.spec.answers import is_error
from contract_tests.spec.samples import text_of
from contract_tests.target.target import Target
from scripts.evidence.crossings import crossings

TEXTS = {
    "empty": "",
    "emoji": "👩‍🚀 🇨🇳 𠮷野家",
    "right-to-left": "שלום مرحبا",
    "controls": "\x00\x01\x1f\x7f\u2028",
    "escapes": '"\\\b\f\n\r\t</script>{{1}}%00',
    "combining": "e\u0301 Å \ufb01 \ufeff",
    "long": "长" * 100_000,
}

# Every operation with a JSON body that can be repeated.
ONCE = ("createFile", "cancelRun", "submitToolOutputs", "unmountAssistantFile")
REPEATABLE = [
    name for name in spec.operations() if name not in ONCE and not name.startswith("delete")
]


def optional(operation_id: str) -> list[str]:
    schema = spec.body_schema(spec.operations()[operation_id])
    return [name for name in schema["properties"] if name not in schema.get("required", ())]


@pytest.mark.live_safe
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text(client: CheckedClient, text: str) -> None:
    """A message has any text, character by character, when it is made and when it is changed."""
    thread_id = client.call("createThread", {})["id"]
    body = {"thread_id": thread_id, "content": text}
    message = client.call("createMessage", {**body, "role": "user"})
    which = {"thread_id": thread_id, "message_id": message["id"]}
    assert text_of(client.call("queryMessage", which)) == text

    client.call("updateMessage", {**which, "content": "别的"})
    client.call("updateMessage", {**body, **which})

    assert text_of(client.call("queryMessage", which)) == text


@pytest.mark.parametrize("operation_id", [name for name in REPEATABLE if optional(name)])
def test_null_is_omitted(client: CheckedClient, owned: OwnedObjects, operation_id: str) -> None:
    """Every optional field may be null, and lists may be empty: the official client sends them."""
    body = owned.body(operation_id)
    nulls = {name: None for name in optional(operation_id) if name not in body}
    empties: dict[str, Any] = {
        name: [] for name in nulls if name in ("tools", "file_ids", "messages")
    }

    client.call(operation_id, {**body, **nulls})
    client.call(operation_id, {**body, **nulls, **empties})


@pytest.mark.parametrize("operation_id", REPEATABLE)
def test_unknown_field_does_no_harm(
    client: CheckedClient, owned: OwnedObjects, operation_id: str
) -> None:
    """The spec closes no request: what a newer client sends is taken by an older server."""
    body = {**owned.body(operation_id), "from_tomorrow": {"a": 1}}
    response = client.send(operation_id, client.complete(operation_id, body))

    assert response.status_code == 200
    assert not is_error(response), response.text


def test_whole_floats_are_integers(client: CheckedClient, owned: OwnedObjects) -> None:
    """In JSON 2.0 is as much an integer as 2 is."""
    where = {"thread_id": owned.ids["thread_id"]}

    whole = client.call("listRuns", {**where, "limit": 2})
    assert client.call("listRuns", {**where, "limit": 2.0}) == whole


@pytest.mark.live_safe
def test_longest_that_is_allowed(client: CheckedClient) -> None:
    """At its limits a field is taken as it is."""
    most: dict[str, Any] = {
        "name": "名" * 128,
        "description": "字" * 512,
        "instructions": "字" * 4096,
        "thought_instructions": "字" * 4096,
        "chat_instructions": "字" * 4096,
        "file_ids": files(client, 10),
        "metadata": {f"{number:->64}": "值" * 512 for number in range(16)},
    }
    assistant = client.call("createAssistant", most)

    queried = client.call("queryAssistant", {"assistant_id": assistant["id"]})
    assert {name: queried[name] for name in most} == most


def each() -> list[Any]:
    """Parameters: each operation with each fact that a request to it can break."""
    return [
        pytest.param(operation_id, one.fact, id=f"{operation_id}-{one.fact}")
        for operation_id in spec.operations()
        if operation_id != "createFile"
        for one in crossings(spec.DOCUMENT, operation_id, spec.Document().example(operation_id))
    ]


@pytest.mark.parametrize(("operation_id", "fact"), each())
def test_one_step_too_far(
    target: Target, client: CheckedClient, owned: OwnedObjects, operation_id: str, fact: str
) -> None:
    """A value beyond a limit is refused; a server other than our mock may accept an unknown limit.

    A body that is taken does no harm: what it is about is the test's own.
    """
    base = {**owned.body(operation_id)}
    every = crossings(spec.DOCUMENT, operation_id, base)
    body = next(one.body for one in every if one.fact == fact)

    if known_facts.is_unknown(fact) and target.kind != "mock":
        response = client.send(operation_id, body)
        client.observations.note("limits", "refused" if is_error(response) else "taken", fact)
        return
    client.call(operation_id, body, status=400)
