"""Forks: the connections and streams of the parent process are discarded in the child."""

from __future__ import annotations

import gc
import os
import warnings
from typing import Any
from weakref import WeakSet

_instances: WeakSet[ForkAware] = WeakSet()


class ForkAware:
    """Has `after_fork` called in the child of a fork."""

    def __init__(self) -> None:
        _instances.add(self)

    def after_fork(self) -> None:
        """Forget the resources that the parent continues to use; no other thread runs here yet."""
        raise NotImplementedError


def discard_after_fork(inherited: list[Any]) -> None:
    """Discard connections without closing them: the parent process may still use them.

    Their sockets close as they are collected, without the warning that is meant for leaks.
    """
    if inherited:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            inherited.clear()
            gc.collect()


def _after_fork() -> None:
    for instance in list(_instances):
        instance.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
