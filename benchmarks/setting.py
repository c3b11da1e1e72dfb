"""One server, the clients that are compared, and something for them to look at."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import appbuilder_assistants
import httpx

from .server import TOKEN, serving


@dataclass(frozen=True)
class Setting:
    """Clients of one server, which holds a thread with 20 runs."""

    client: appbuilder_assistants.AppBuilder
    http: httpx.Client
    official: Any
    assistant_id: str
    thread_id: str
    run_id: str


@contextlib.contextmanager
def everyone() -> Iterator[Setting]:
    with serving() as url, contextlib.ExitStack() as stack:
        os.environ |= {"GATEWAY_URL": url, "APPBUILDER_TOKEN": TOKEN}
        import appbuilder as official  # reads the environment

        # It turns the log of the whole process on, which httpx alone would pay for.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        client = stack.enter_context(appbuilder_assistants.AppBuilder(TOKEN, url))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = stack.enter_context(httpx.Client(base_url=url, headers=headers, trust_env=False))
        assistant = client.assistants.create("基准", instructions="简短")
        run = client.threads.runs.run(assistant.id, thread=question())
        for _ in range(19):
            client.threads.runs.run(assistant.id, run.thread_id, question())
        yield Setting(client, http, official.assistant, assistant.id, run.thread_id, run.id)


def question() -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "今天北京的天气怎么样？"}]}
