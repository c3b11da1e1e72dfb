"""Lazy imports: loading names when they are first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def loaded(name: str, load: Callable[[], T]) -> T:
    """Call `load` for a module's `__getattr__`.

    There Python takes an AttributeError for "no such name" and drops its cause, which may be a
    broken dependency. Raises ImportError instead.
    """
    try:
        return load()
    except AttributeError as error:
        raise ImportError(
            f"{name} cannot be loaded: {error}; is a dependency missing, too old or shadowed by a "
            "file of the same name?"
        ) from error
