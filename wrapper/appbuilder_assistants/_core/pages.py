"""When a list goes on, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from appbuilder_assistants.errors import ResponseError

from .calls import Question
from .decode import origin

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
    """Where the next page begins: `after` its id, or from the start when that is None."""

    def __init__(self, after: str | None) -> None:
        self.after = after
        self._been = {after}

    def move(self, call: Question, page: Page[object]) -> bool:
        """Whether there is a page behind this one, and go there.

        Raises ResponseError when there is said to be one but the cursor does not move: a list
        that is read on would never end.
        """
        if not page.has_more:
            return False
        if not page.last_id or page.last_id in self._been or not page.data:
            raise ResponseError(
                "has_more is true but the cursor does not move: "
                f"last_id is {page.last_id!r}, of a page of {len(page.data)} after {self.after!r}",
                origin=origin(call, None),
            )
        self.after = page.last_id
        self._been.add(page.last_id)
        return True
