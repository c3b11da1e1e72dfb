"""The pages of a list: whether there is another, and its bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from appbuilder_assistants.errors import ResponseError

from .redaction import NO_SECRET, Secret
from .requests import OperationRequest
from .responses.decode import origin

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Page(Protocol[T_co]):
    """One page of a list."""

    @property
    def data(self) -> Sequence[T_co]: ...
    @property
    def has_more(self) -> bool: ...
    @property
    def last_id(self) -> str | None: ...


class Cursor:
    """The bounds of the next page of a list, `after` and `before`, as ids or None.

    `more` says whether there is one. The error for a page quotes it through `redactor`.

    The service may read `after` as "behind this item in the list", or as "created after it", and
    it is unknown which. From the oldest to the newest these are the same. From the newest to
    the oldest the second page shows it: read as "created after", it has items again that were
    given, or newer ones, or none; then the list is continued by `before`, "created before". An item
    that comes again after that is an error: the list would repeat items, or skip some.

    The ids of all items that were given are held, some hundred bytes each.
    """

    def __init__(
        self,
        after: str | None = None,
        before: str | None = None,
        *,
        newest_first: bool = True,
        redactor: Secret = NO_SECRET,
    ) -> None:
        self.after, self.before = after, before
        self.more = True
        self._redactor = redactor
        self._first_after = after
        self._newest_first = newest_first
        self._undecided = newest_first
        self._by_before = False
        self._may_be_the_end = False
        self._last: str | None = None
        self._been = {after}
        self._given: set[str] = set()
        self._newest: float | None = None
        self._problem = ""

    def move(self, page: Page[T]) -> Sequence[T]:
        """Go behind this page, and give its items."""
        data = page.data
        problem = self._repetition(data)
        if self._undecided and self._last is not None:
            is_end = not data and not page.has_more
            if not self._by_before and (problem or is_end):
                self._by_before, self._may_be_the_end = True, is_end
                self.after, self.before = self._first_after, self._last
                return ()
            if self._may_be_the_end and (problem or is_end):
                self.more = False
                return ()
            if self._by_before and is_end:
                problem = "the list continues in neither direction"
            self._undecided = False
        if problem:
            self.more = False
            self._problem = f"{problem}, {self._where()}: the list would repeat or skip items"
            return ()
        self._given.update(filter(None, map(_id, data)))
        self._newest = max((*self._times(data), self._newest or 0))
        self.more = page.has_more
        if self.more:
            self._go_behind(page)
        return data

    def check(self, call: OperationRequest) -> None:
        """Raise ResponseError for a page that the list cannot be continued from.

        Reading on would never end, or skip items. `move` does not raise it itself, as its frame
        has the page: a traceback may be shown with its variables, and a server may repeat the
        token.
        """
        if self._problem:
            raise ResponseError(self._problem, origin=origin(call, None))

    def _go_behind(self, page: Page[Any]) -> None:
        last = page.last_id
        # Values are kept as they came, and this one is not sure to be a text.
        if isinstance(last, str) and last not in self._been and last and page.data:
            self._last = last
            self._been.add(last)
            if self._by_before:
                self.before = last
            else:
                self.after = last
        else:
            shown = self._redactor.redact(repr(last), 80)
            self._problem = (
                f"has_more is true but the cursor does not move: last_id is {shown}, "
                f"{self._where()}, which has {len(page.data)} items"
            )

    def _repetition(self, data: Sequence[Any]) -> str:
        """A sign that a page does not follow the one before it; "" if there is none."""
        found = next((id_ for id_ in map(_id, data) if id_ in self._given), None)
        if found is not None:
            return f"item {self._redactor.redact(repr(found), 80)} comes again"
        times = self._times(data)
        if self._newest_first and self._newest and times and min(times) > self._newest:
            return "items come that are newer than the first"
        return ""

    def _where(self) -> str:
        bounds = {"after": self.after, "before": self.before}
        shown = [
            f"{k} {self._redactor.redact(repr(v), 80)}" for k, v in bounds.items() if v is not None
        ]
        return f"in the page {' and '.join(shown)}" if shown else "in the first page"

    @staticmethod
    def _times(data: Sequence[Any]) -> list[float]:
        times = (getattr(item, "created_at", None) for item in data)
        return [time for time in times if isinstance(time, (int, float))]


def _id(item: Any) -> str:
    # Values are kept as they came: this one may be a list, which no set can have.
    return item.id if isinstance(item.id, str) else ""
