"""Our checks that compare a response with earlier ones."""

from __future__ import annotations

from typing import Any

from schemathesis import Case, Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_error, items_of, success_of
from contract_tests.target import journal
from scripts.evidence import about

from .seen import Seen

DELETES = dict(journal.DELETES.values())
LISTS = {"listAssistants": "assistant_id", "listFiles": "file_id"}
# These create an object at each call. A continued run is not a new object.
MAKES = ("createAssistant", "createFile", "createThread", "createMessage", "createRun")


def request_id_names_one_call(seen: Seen, response: Response, _case: Case[Any]) -> None:
    """The vendor's support finds a call by its request id."""
    [request_id] = response.headers.get("x-appbuilder-request-id", [""])
    known = seen.request_ids
    is_new = request_id not in known
    known.add(request_id)
    # Another check reports a missing header.
    assert is_new or not request_id, f"an earlier call had the request id {request_id}, too"


def new_id_is_new(seen: Seen, response: Response, case: Case[Any]) -> None:
    """A new object gets an id that nothing had before."""
    operation_id = spec.operation_of(case)
    body = success_of(case, response)
    if operation_id not in MAKES or body is None or spec.body_of(case).get("tool_output"):
        return
    known = seen.made
    key = (operation_id, str(body.get("id")))
    is_new = key not in known
    known.add(key)
    assert is_new, f"{operation_id} made {key[1]} before"


@about("delete*/description")
def deleted_is_gone(seen: Seen, response: Response, case: Case[Any]) -> None:
    """A deleted object can no longer be used by its id, and is in no list of its kind.

    For a server other than our mock this is an open question: its answer is noted.
    """
    if is_error(response):
        return
    operation_id = spec.operation_of(case)
    gone = seen.deleted
    named = {(name, id_) for name, id_ in spec.body_of(case).items() if isinstance(id_, str)}
    body = success_of(case, response)
    listed = set()
    if body is not None and operation_id in LISTS:
        listed = {(LISTS[operation_id], item.get("id")) for item in items_of(body) or ()}
    if not seen.of_mock:
        if operation_id in LISTS and gone:
            seen.observations.note("deleted", "listed" if listed & gone else "not listed")
    else:
        assert not named & gone, f"deleted before: {named & gone}"
        assert not listed & gone, f"deleted before, and still listed: {listed & gone}"
    if body is not None and operation_id in DELETES:
        assert body.get("deleted") is True, f"deleted: expected true, got {body.get('deleted')}"
        gone.add((DELETES[operation_id], str(body.get("id"))))


ALL = (request_id_names_one_call, new_id_is_new, deleted_is_gone)
