# Written by scripts/unasync.py from _async/resources/root.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The resources that a client has itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appbuilder_assistants._sync._caller import Caller

    from .assistants import Assistants
    from .threads import Threads


class Resources:
    """The resources of a client, each imported when it is first used."""

    _caller: Caller

    @cached_property
    def assistants(self) -> Assistants:
        """Assistants (助手)."""
        from .assistants import Assistants

        return Assistants(self._caller)

    @cached_property
    def threads(self) -> Threads:
        """Threads (会话)."""
        from .threads import Threads

        return Threads(self._caller)
