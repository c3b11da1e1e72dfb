"""A client, and functions that run an assistant with tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import appbuilder_mock
import pytest

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE
from tests.clients.tools import QUESTION


@pytest.fixture
def client(harness: ClientHarness, server: appbuilder_mock.Running) -> Any:
    return harness.client(server.token, server.url, retry=AT_ONCE)


@pytest.fixture
def run(client: Any) -> Callable[..., Any]:
    """Run an assistant on a new thread; the tools come first."""
    assistant = client.assistants.create("a")

    def run_(*tools: Any, **options: Any) -> Any:
        options.setdefault("thread", QUESTION)
        return client.threads.runs.run_with_tools(assistant.id, tools=tools, **options)

    return run_


@pytest.fixture
def stream(client: Any) -> Callable[..., Any]:
    """A stream of an assistant's run on a new thread; the tools come first."""
    assistant = client.assistants.create("a")

    def stream_(*tools: Any, **options: Any) -> Any:
        options.setdefault("thread", QUESTION)
        return client.threads.runs.stream_run_with_tools(assistant.id, tools=tools, **options)

    return stream_
