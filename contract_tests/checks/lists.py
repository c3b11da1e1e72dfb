"""Our checks on lists."""

from __future__ import annotations

import itertools
from typing import Any

from schemathesis import Case, Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import Object, items_of, success_of
from scripts.evidence import about

from .seen import Seen

DEFAULT_LIMIT = 20


def list_keeps_its_bounds(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """A page has at most `limit` items, none twice, no bound, and names its first and last item."""
    body = success_of(case, response)
    items = None if body is None else items_of(body)
    if body is None or items is None:
        return
    ids = [item.get("id") for item in items]
    assert len(set(ids)) == len(ids), f"something is twice in the list: {ids}"
    if not spec.is_paged(spec.operation_of(case)):
        return
    asked = spec.body_of(case)
    limit = int(asked.get("limit") or DEFAULT_LIMIT)
    assert len(ids) <= limit, f"asked for at most {limit}, got {len(ids)}"
    for bound in ("after", "before"):
        assert not asked.get(bound) or asked[bound] not in ids, f"{bound} is on the page itself"
    ends = (ids[0] or None, ids[-1] or None) if ids else (None, None)
    shown = body.get("first_id") or None, body.get("last_id") or None
    assert shown == ends, (
        f"first_id and last_id are {shown}, the page goes from {ends[0]} to {ends[1]}"
    )
    assert ids or not body.get("has_more"), "the page is empty, and yet has_more is true"


@about("*/x-order", "PageOrder/description")
def list_is_in_order(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """A list is sorted by creation, as `order` says; files, which are not paged, oldest first."""
    body = success_of(case, response)
    items = None if body is None else items_of(body)
    if items is None:
        return
    is_paged = spec.is_paged(spec.operation_of(case))
    order = (spec.body_of(case).get("order") or "desc") if is_paged else "asc"
    for one, following in itertools.pairwise(_created(items)):
        right = one <= following if order == "asc" else one >= following
        assert right, f"asked for the order {order}, got {one} before {following}"


def _created(items: list[Object]) -> list[int]:
    times = (item.get("created_at", item.get("create_at")) for item in items)
    return [time for time in times if isinstance(time, int)]


ALL = (list_keeps_its_bounds, list_is_in_order)
