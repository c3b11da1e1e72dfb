"""When a list goes on, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from appbuilder_assistants.errors import ResponseError

from .calls import Question
from .decode import origin
from .redaction import Redactor

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
    """Where the next page begins: `after` its id, or from the start when that is None.

    `more` says whether there is one. What the error for a page quotes of it goes through `hide`.
    """

    def __init__(self, after: str | None, hide: Redactor) -> None:
        self.after = after
        self.more = True
        self._hide = hide
        self._been = {after}
        self._problem = ""

    def move(self, page: Page[T]) -> Sequence[T]:
        """Go behind this page, and give its items."""
        self.more = page.has_more
        if self.more:
            last = page.last_id
            # Values are kept as they came, and this one is not sure to be a text.
            if isinstance(last, str) and last not in self._been and last and page.data:
                self.after = last
                self._been.add(last)
            else:
                told, after = (self._hide.text(repr(value), 80) for value in (last, self.after))
                self._problem = f"last_id is {told}, of a page of {len(page.data)} after {after}"
        return page.data

    def check(self, call: Question) -> None:
        """Raise ResponseError when there is said to be more but the cursor did not move.

        A list that is read on would never end. Not `move` raises it, whose frame has the page: a
        traceback may be shown with its variables, and a server may repeat the token.
        """
        if self._problem:
            raise ResponseError(
                f"has_more is true but the cursor does not move: {self._problem}",
                origin=origin(call, None),
            )
