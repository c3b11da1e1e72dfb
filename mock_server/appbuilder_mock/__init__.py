"""A mock server of the Assistants API, for tests and development without a token.

From the command line: `python -m appbuilder_mock --help`. From Python:

    with appbuilder_mock.running() as mock:
        client = AppBuilder(token=mock.token, gateway_url=mock.url)
"""

from __future__ import annotations

from appbuilder_mock.app import create_app
from appbuilder_mock.running import Running, running
from appbuilder_mock.store import Store, StoreError

__all__ = ["Running", "Store", "StoreError", "create_app", "running"]
