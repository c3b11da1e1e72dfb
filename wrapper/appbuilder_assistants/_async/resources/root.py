# Written by `make generate` from openapi.yaml; do not edit.
"""The resources that a client has itself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appbuilder_assistants._async._caller import AsyncCaller

    from .assistants import AsyncAssistants
    from .threads import AsyncThreads


class AsyncResources:
    """The resources of a client, each imported when it is first used."""

    _caller: AsyncCaller

    @cached_property
    def assistants(self) -> AsyncAssistants:
        """Assistants (助手)."""
        from .assistants import AsyncAssistants

        return AsyncAssistants(self._caller)

    @cached_property
    def threads(self) -> AsyncThreads:
        """Threads (会话)."""
        from .threads import AsyncThreads

        return AsyncThreads(self._caller)
