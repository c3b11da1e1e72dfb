"""Pages of lists."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from appbuilder_mock.errors import not_found
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document

DEFAULT_LIMIT = 20
AT_ONCE = 500  # objects that are serialized in some milliseconds


async def listing(
    state: MockState,
    kind: str,
    parent: str,
    body: dict[str, Any],
    serialize: Callable[[Document], Document],
) -> Document:
    """The page that a list request asks for; of a large one, others have their turn meanwhile.

    `after` and `before` bound it in the order of the listing, so that the last id of one page is
    the `after` of the next, whichever the order; or by creation, see `Readings.after`.
    """
    try:
        page = state.store.page(
            kind,
            parent,
            limit=int(body.get("limit") or DEFAULT_LIMIT),  # 86.0 is a JSON integer
            newest_first=body.get("order") != "asc",
            after=body.get("after") or "",
            before=body.get("before") or "",
            by_creation=state.readings.after == "created-after",
        )
    except KeyError as unknown:
        id_ = str(unknown.args[0])
        bound = "after" if id_ == body.get("after") else "before"
        raise not_found(kind.rpartition("_")[2], id_, param=bound) from None
    data: list[Document] = []
    for start in range(0, len(page.bodies), AT_ONCE):
        if start:
            await asyncio.sleep(0)
        data += [serialize(json.loads(one)) for one in page.bodies[start : start + AT_ONCE]]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else "",
        "last_id": data[-1]["id"] if data else "",
        "has_more": page.has_more,
    }
