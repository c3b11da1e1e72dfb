"""Lists that ignore parts of the query."""

from __future__ import annotations

from typing import Any

from contract_tests.mutants.changes import GONE, Json, answer, page_of, put, request
from contract_tests.mutants.mutant import Mutant


def _reversed(page: Json) -> Json:
    data = page["data"][::-1]
    return page_of(page, data)


def _neighbours_swapped(page: Json) -> Json:
    first, second, *rest = page["data"] if len(page["data"]) > 1 else (None, None)
    return page_of(page, [second, first, *rest]) if first else page


def _doubled(page: Json) -> Json:
    data = page["data"]
    return page_of(page, [*data, data[-1]]) if data else page


def _without_newest(page: Json) -> Json:
    return page_of(page, page["data"][1:])


def _one_too_many(asked: dict[str, Any]) -> Json:
    return {**asked, "limit": asked["limit"] + 1} if asked.get("limit") == 1 else asked


def _swapped_ends(page: Json) -> Json:
    return {**page, "first_id": page["last_id"], "last_id": page["first_id"]}


class _FirstPages:
    """Remembers the first page of each list, and returns it for the next one as well."""

    def __init__(self) -> None:
        self._known: dict[str, Json] = {}

    def __call__(self, page: Json, asked: dict[str, Any]) -> Json:
        where = str(asked.get("thread_id"))
        if asked.get("after") and page["data"]:
            return self._known.get(where, page)
        self._known[where] = page
        return page


MUTANTS = (
    Mutant(
        "messages-reversed",
        "list unsorted",
        "Messages are listed newest first unless asked otherwise.",
        answer("listMessages", _reversed),
    ),
    Mutant(
        "assistants-unsorted",
        "list unsorted",
        "Assistants are listed in the order of their creation.",
        answer("listAssistants", _neighbours_swapped),
    ),
    Mutant(
        "order-ignored",
        "list unsorted",
        "`order` turns the list of runs round.",
        request("listRuns", put("order", "desc")),
    ),
    Mutant(
        "steps-oldest-first",
        "list unsorted",
        "Steps are listed newest first unless asked otherwise.",
        request("listRunSteps", lambda asked: {"order": "asc", **asked}),
    ),
    Mutant(
        "files-newest-first",
        "list unsorted",
        "Files are listed oldest first.",
        answer("listFiles", lambda page: {**page, "data": page["data"][::-1]}),
    ),
    Mutant(
        "limit-default-ten",
        "limit ignored",
        "Without a limit a page holds 20.",
        request("listMessages", lambda asked: {"limit": 10, **asked}),
    ),
    Mutant(
        "limit-ignored",
        "limit ignored",
        "A page of runs holds at most `limit`.",
        request("listRuns", put("limit", GONE)),
    ),
    Mutant(
        "limit-off-by-one",
        "limit ignored",
        "A page of messages holds `limit`, not one more.",
        request("listMessages", _one_too_many),
    ),
    Mutant(
        "limit-capped",
        "limit ignored",
        "A large limit is respected.",
        request("listAssistants", put("limit", lambda limit: min(limit or 20, 20))),
    ),
    Mutant(
        "before-ignored",
        "limit ignored",
        "The page ends before `before`.",
        request("listMessageFiles", put("before", GONE)),
    ),
    Mutant(
        "after-included",
        "limit ignored",
        "The page begins after `after`, and not with it.",
        answer(
            "listMountedFiles",
            asked=lambda page, asked: (
                page_of(page, [{**page["data"][0], "id": asked["after"]}, *page["data"]])
                if asked.get("after") and page["data"]
                else page
            ),
        ),
    ),
    Mutant(
        "more-behind-nothing",
        "has_more wrong",
        "Behind an empty page there is no more.",
        answer("listMountedFiles", lambda page: {**page, "has_more": not page["data"]}),
    ),
    Mutant(
        "never-more",
        "has_more wrong",
        "`has_more` is true while there is more.",
        answer("listAssistants", put("has_more", False)),
    ),
    Mutant(
        "always-more",
        "has_more wrong",
        "`has_more` is false on the last page.",
        answer("listRunSteps", put("has_more", True)),
    ),
    Mutant(
        "after-ignored",
        "page repeated",
        "The next page is another one.",
        request("listRuns", put("after", GONE)),
    ),
    Mutant(
        "first-page-again",
        "page repeated",
        "The page behind the first is not the first.",
        answer("listMessages", asked=_FirstPages()),
    ),
    Mutant(
        "item-twice",
        "page repeated",
        "Nothing is twice in a list.",
        answer("listFiles", lambda page: {**page, "data": [*page["data"], *page["data"][-1:]]}),
    ),
    Mutant(
        "page-item-twice",
        "page repeated",
        "Nothing is twice on a page.",
        answer("listAssistants", _doubled),
    ),
    Mutant(
        "ends-swapped",
        "id swapped",
        "`first_id` and `last_id` are the first and the last.",
        answer("listRuns", _swapped_ends),
    ),
    Mutant(
        "newest-run-not-listed",
        "stale query",
        "A run is in its thread's list as soon as it is there.",
        answer("listRuns", _without_newest),
    ),
    Mutant(
        "unknown-bound-taken",
        "validation skipped",
        "An `after` that names nothing is not found.",
        request("listAssistants", put("after", lambda id_: id_ if id_ and "asst" in id_ else "")),
    ),
)
