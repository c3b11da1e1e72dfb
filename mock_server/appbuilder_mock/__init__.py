"""A mock server of the Assistants API, for tests and development without a token.

From the command line: `python -m appbuilder_mock --help`. From Python:

    with appbuilder_mock.running() as mock:
        client = AppBuilder(token=mock.token, gateway_url=mock.url)

In pytest, the fixture `appbuilder_mock` is such a server; see docs/testing-your-app.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from appbuilder_mock.app import create_app
    from appbuilder_mock.server.running import Running
    from appbuilder_mock.server.server import running
    from appbuilder_mock.storage.store import Store, StoreError

__all__ = ["Running", "Store", "StoreError", "create_app", "running"]

_HOMES = {
    "Running": "server.running",
    "Store": "storage.store",
    "StoreError": "storage.store",
    "create_app": "app",
    "running": "server.server",
}

# Hidden from type checkers, which would accept any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first used: pytest loads this package in every run."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                f"{error}. The mock server's extra brings what it needs: "
                'pip install "appbuilder-assistants[mock]"',
                name=error.name,
            ) from error


def __dir__() -> list[str]:
    return __all__
