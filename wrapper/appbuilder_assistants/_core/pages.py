"""When a list goes on, and from where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Where the next page begins: `after` its id, or from the start when that is None.

    What the error for a page quotes of it goes through `hide`.
    """

    def __init__(self, after: str | None, hide: Callable[[str], str] = str) -> None:
        self.after = after
        self._hide = hide
        self._been = {after}

    def move(self, call: Question, page: Page[object]) -> bool:
        """Whether there is a page behind this one, and go there.

        Raises ResponseError when there is said to be one but the cursor does not move: a list
        that is read on would never end.
        """
        if not page.has_more:
            return False
        last = page.last_id
        # Values are kept as they came, and this one is not sure to be a text.
        if not isinstance(last, str) or last in self._been or not (last and page.data):
            told, after = (self._hide(repr(value)) for value in (last, self.after))
            raise ResponseError(
                "has_more is true but the cursor does not move: "
                f"last_id is {told:.80}, of a page of {len(page.data)} after {after}",
                origin=origin(call, None),
            )
        self.after = last
        self._been.add(last)
        return True
