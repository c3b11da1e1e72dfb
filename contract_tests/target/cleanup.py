"""Delete the objects made on a target; report those that remain, with how to delete them later."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from contract_tests.spec.answers import is_error

from . import journal
from .gateway import Gateway
from .journal import CreatedObject, Journal, Owner

PATIENCE = 10.0  # seconds without a byte: at the end of a run its user waits for the prompt
PATIENCE_WHEN_STOPPED = 1.0  # when the target has just left a request and a look-up unanswered


def delete_orphaned(gateway: Gateway, remains: list[str]) -> int:
    """Delete the objects of killed sessions on this target; return their number."""
    found = 0
    for old in journal.orphaned_journals(gateway.target.url):
        found += len(old.remaining)
        remains += delete_all(gateway, old)
        old.close()
    return found


def delete_all(gateway: Gateway, of: Journal) -> list[str]:
    """Delete the objects of a journal; return lines on those that remain.

    A target that does not answer gets no more requests, and Ctrl-C ends the deletions.
    """
    patience = PATIENCE_WHEN_STOPPED if gateway.stopped else PATIENCE

    def delete(operation_id: str, body: dict[str, str], owner: Owner) -> bool:
        if owner == "second" and gateway.target.other_token is None:
            return False
        response = gateway.post(operation_id, owner=owner, patience=patience, json=body)
        succeeded = response.status_code == 200 and not is_error(response)
        return succeeded or response.status_code == 404

    try:
        refused = of.delete_all(delete)
    except httpx.HTTPError as error:
        why = f"no answer to a deletion ({str(error) or type(error).__name__})"
        return report_remaining(gateway, of, why)
    return [*map(_could_not, refused), *_unknown(of)]


def report_remaining(gateway: Gateway, of: Journal, why: str) -> list[str]:
    """The entries of a journal, when deleting was given up."""
    target = gateway.target
    url = target.url if target.kind != "live" else None
    named = "live" if url is None else f"{url} TOKEN=$TOKEN"
    return [
        f"{why}: {len(of.remaining)} things are left there, noted in {of.path}",
        f"to delete them: make contract-clean TARGET={named}",
        *_unknown(of),
    ]


def _could_not(made: CreatedObject) -> str:
    of_owner = " of the second user, which takes OTHER_TOKEN" if made.owner == "second" else ""
    return f"could not delete {made.kind} {made.id}{of_owner}"


def _unknown(of: Journal) -> Iterator[str]:
    if of.unanswered:
        yield (
            f"{of.unanswered} requests to create something had no answer: what they may have made "
            "has no known id and was not deleted"
        )
