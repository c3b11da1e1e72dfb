"""Access: which tokens are accepted, and for which objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import OwnedObjects, make_owned_objects
from contract_tests.spec import document as spec
from contract_tests.suite_state import Suite
from contract_tests.target.target import Target

# A file for the multipart body of an upload.
BOUNDARY = "multipart/form-data; boundary=edge"
FILE = (
    b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--edge--\r\n'
)

NAMING = [name for name in spec.operations() if spec.required_ids(name)]
LISTING_ALL = ("listAssistants", "listFiles")


class FirstUsersObjects(NamedTuple):
    owned: OwnedObjects
    seen: list[dict[str, Any]]  # when they were new


@pytest.fixture(scope="module")
def first_users(client: CheckedClient) -> FirstUsersObjects:
    owned = make_owned_objects(client)
    return FirstUsersObjects(owned, owned.seen(client))


@pytest.fixture(scope="module")
def other(suite: Suite) -> Iterator[CheckedClient]:
    """A second user of the same server."""
    token = suite.target.other_token
    if token is None:
        pytest.skip("this target has no second user: set CONTRACT_OTHER_TOKEN to one's token")
    with closing(CheckedClient(suite, token)) as client:
        yield client


@pytest.mark.parametrize("operation_id", spec.operations())
def test_only_the_token_is_let_in(
    client: CheckedClient, first_users: FirstUsersObjects, target: Target, operation_id: str
) -> None:
    """No token, another, a part of it, more than it and another scheme are refused."""
    content, content_type = sent(first_users.owned, operation_id)
    for authorization in ("", "Bearer", "Bearer wrong", *nearly(target)):
        client.refused(
            operation_id,
            content,
            status=401,
            content_type=content_type,
            authorization=authorization,
        )


@pytest.mark.parametrize("operation_id", NAMING)
def test_things_of_another_user_are_not_found(
    other: CheckedClient, first_users: FirstUsersObjects, operation_id: str
) -> None:
    """A user without access to an object gets the response for an unknown one."""
    other.call(operation_id, first_users.owned.body(operation_id), status=404)


@pytest.mark.parametrize("operation_id", LISTING_ALL)
def test_things_of_another_user_are_not_listed(
    other: CheckedClient, first_users: FirstUsersObjects, operation_id: str
) -> None:
    listed = [item["id"] for item in other.call(operation_id, {})["data"]]

    assert not set(listed) & set(first_users.owned.ids.values())


def test_own_things_do_not_work_with_another_users(
    other: CheckedClient, first_users: FirstUsersObjects
) -> None:
    """Of a request that names several things each is looked up among the caller's own."""
    theirs = make_owned_objects(other)
    before = theirs.seen(other)

    for operation_id in ("mountAssistantFile", "createRun"):
        body = theirs.body(operation_id)
        for name in spec.required_ids(operation_id):
            other.call(operation_id, {**body, name: first_users.owned.ids[name]}, status=404)

    assert theirs.seen(other) == before


def test_none_of_it_changed_anything(client: CheckedClient, first_users: FirstUsersObjects) -> None:
    """The requests refused above were not carried out all the same. Comes last for that."""
    assert first_users.owned.seen(client) == first_users.seen


def nearly(target: Target) -> list[str]:
    """The right token in a wrong form."""
    token = target.token
    if target.kind != "mock":
        # A part of a token in use would not be redacted in reports.
        return [token, f"Basic {token}"]
    return [token, f"Basic {token}", f"Bearer {token[:-1]}", f"Bearer {token}0"]


def sent(first_users: OwnedObjects, operation_id: str) -> tuple[bytes, str]:
    """The bytes of a right request, and their type."""
    if operation_id == "createFile":
        return FILE, BOUNDARY
    return json.dumps(first_users.body(operation_id)).encode(), "application/json"
