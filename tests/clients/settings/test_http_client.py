"""An httpx client of the user's own: its credentials stay out, its failures are retrieved."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from appbuilder_assistants import AsyncAppBuilder, DeadlineExceededError, RetryPolicy

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer

SECRET = "secret-0123456789abcdef"


class Custom(httpx.Auth):
    """Credentials of another service."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = "Custom 别的".encode().hex()
        yield request


def netrc(folder: Path) -> httpx.NetRCAuth:
    path = folder / "netrc"
    path.write_text("machine 127.0.0.1 login alice password pa55word\n")
    return httpx.NetRCAuth(str(path))


AUTHS: dict[str, Callable[[Path], Any]] = {
    "a name and a password": lambda folder: ("alice", "pa55word"),
    "a class": lambda folder: Custom(),
    "netrc": netrc,
    "digest": lambda folder: httpx.DigestAuth("alice", "pa55word"),
    "a function": lambda folder: (
        lambda request: (
            request.headers.update({"Authorization": "x"}),
            request,
        )[1]
    ),
}


@pytest.mark.parametrize("auth", AUTHS.values(), ids=AUTHS.keys())
def test_credentials_of_the_http_client(
    harness: ClientHarness, serve: Serve, tmp_path: Path, auth: Callable[[Path], Any]
) -> None:
    """The gateway gets this client's token, and no other secret."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    http = harness.http(auth=auth(tmp_path), headers={"Authorization": "Basic other"})
    client = harness.client(SECRET, server.url, http_client=http)

    client.threads.runs.query("线程", "r")

    assert [e.headers["authorization"] for e in server.exchanges] == [f"Bearer {SECRET}"]


class FailsWhenCancelled(httpx.AsyncBaseTransport):
    """As httpcore does now and then: cancelled, it raises something else."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise httpx.WriteTimeout("late") from None
        raise AssertionError("nobody waits so long")


@pytest.mark.parametrize("end", ["cancelled", "overdue"])
def test_a_failure_of_a_call_that_is_given_up(end: str) -> None:
    """It is retrieved: asyncio has nothing to log, so no frame that holds the token is shown."""
    logged: list[dict[str, Any]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, it: logged.append(it))
        transport = FailsWhenCancelled()
        async with httpx.AsyncClient(transport=transport) as http:
            client = AsyncAppBuilder(
                SECRET, "http://gateway.test", http_client=http, retry=RetryPolicy(attempts=1)
            )
            if end == "overdue":
                with pytest.raises(DeadlineExceededError):
                    await client.with_options(deadline=0.05).threads.create()
            else:
                call = asyncio.create_task(client.threads.create())
                await asyncio.sleep(0.05)
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
                del call
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()

    assert logged == []
