"""A ready client, so that code for the official SDK runs after changing one import.

    import appbuilder_assistants as appbuilder
    thread = appbuilder.assistant.threads.create()

`assistants` and `threads` belong to a client made from APPBUILDER_TOKEN, GATEWAY_URL and
SECRET_KEY_PREFIX on the first use of one of them, in any thread. After a change of these variables,
the next use makes a new client: setting another token takes effect at once, as with the official
SDK. Resources fetched before (`runs = assistant.threads.runs`) keep the client they came from.
Clients are closed when the program ends.

`type` and its parts `assistant_type`, `public_type` and `thread_type` are modules with the names of
types that such programs use: the parts of requests, and for the several names of one response one
type. The names of whole request bodies (`AssistantCreateRequest`, …) are missing: no program passes
one to a method. See `docs/migrating.md`.

Programs that need several tokens, timeouts or asyncio make their own `AppBuilder`.
"""

from __future__ import annotations

import atexit
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from appbuilder_assistants._lazy import loaded
from appbuilder_assistants._settings.settings import Settings, settings_from

if TYPE_CHECKING:
    from appbuilder_assistants._sync.client import AppBuilder
    from appbuilder_assistants._sync.resources.assistants import Assistants
    from appbuilder_assistants._sync.resources.threads import Threads

    from . import assistant_type, public_type, thread_type, type  # noqa: A004

    assistants: Assistants
    threads: Threads

__all__ = ["assistant_type", "assistants", "public_type", "thread_type", "threads", "type"]

_TYPES = ("assistant_type", "public_type", "thread_type", "type")

_lock = Lock()
_made: tuple[Settings, AppBuilder] | None = None


# Hidden from type checkers, which would take any name for an existing one.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name in _TYPES:
            return loaded(f"{__name__}.{name}", lambda: import_module(f"{__name__}.{name}"))
        return loaded(f"{__name__}.{name}", lambda: getattr(_client(), name))


def __dir__() -> list[str]:
    return __all__


def _client() -> AppBuilder:
    global _made
    settings = settings_from()
    with _lock:
        if _made is None or _made[0] != settings:
            from appbuilder_assistants._sync.client import AppBuilder

            client = AppBuilder()
            atexit.register(client.close)
            _made = (settings, client)
        return _made[1]
