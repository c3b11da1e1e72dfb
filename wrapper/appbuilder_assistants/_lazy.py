"""Loading what is imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def loaded(name: str, load: Callable[[], T]) -> T:
    """What `load` gives, for a module's `__getattr__`.

    An AttributeError while something loads (a dependency is broken, or too old) would count as
    "there is no such name", and its cause would be seen nowhere. Raises ImportError instead.
    """
    try:
        return load()
    except AttributeError as error:
        raise ImportError(
            f"{name} cannot be loaded: {error}; is a dependency missing, too old or shadowed by a "
            "file of the same name?"
        ) from error
