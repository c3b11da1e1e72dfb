"""Serve the mock: in a thread of this process, or up to a signal."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

try:
    from uvloop import run as run_loop
except ImportError:  # there is no wheel of it for this platform
    from asyncio import run as run_loop  # type: ignore[assignment]
try:
    from appbuilder_mock.server.httptools_protocol import ProtocolWithHttptools as Protocol
except ImportError:
    from appbuilder_mock.server.protocol import (  # type: ignore[assignment]
        ProtocolWithH11 as Protocol,
    )

from appbuilder_mock.app import create_app
from appbuilder_mock.middleware.request_ids import RequestIds
from appbuilder_mock.resources.examples import seed_examples
from appbuilder_mock.runs.model import Plan, default_plan
from appbuilder_mock.scenarios.player import ScenarioSource
from appbuilder_mock.server.running import Running
from appbuilder_mock.server.users import Users
from appbuilder_mock.state import ErrorForm
from appbuilder_mock.storage.store import Store
from appbuilder_mock.wire_format.june_2024 import Wire

HTTP: type[asyncio.Protocol] = Protocol
BACKLOG = 2048  # connections that may wait to be accepted
KEEP_ALIVE = 60  # seconds that an idle connection is kept for its client's next call
GRACE = 2.0  # seconds that open connections have to finish when the server stops
LOOK_AGAIN = 0.001  # seconds between two looks at whether they have


class Server(uvicorn.Server):
    """uvicorn without its signals and its log, that ends open streams when it stops."""

    def __init__(self, *apps: RequestIds, on_start: Callable[[], None] = lambda: None) -> None:
        users = Users(*apps)
        config = uvicorn.Config(
            users,
            loop="none",
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
        super().__init__(config)
        self.on_start = on_start
        self.states = users.states
        self.loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.on_start()

    def stop(self) -> None:
        """Stop soon; at a second call without waiting for anyone. For any thread."""
        self.force_exit = self.should_exit
        self.should_exit = True
        if self.loop:
            with contextlib.suppress(RuntimeError):  # it has stopped
                self.loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        """Tick once a second, which sets the clock of `Date`, until the server is to stop.

        uvicorn's own would see that only at its next tick, 0.1 seconds later.
        """
        while not await self.on_tick(0):
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, end streams, and wait for what is under way.

        As uvicorn's, but for its sleeps of 0.1 seconds.
        """
        for mock in self.states:
            mock.runs.event_bus.close()  # a stream that waits for tool outputs would never end
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        late = asyncio.get_running_loop().call_later(GRACE, self._hang_up)
        while (state.connections or state.tasks) and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_AGAIN)
        late.cancel()

    def _hang_up(self) -> None:
        """Abort the connections of clients that neither read nor send."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for mock in self.states:
            mock.runs.abandon_all()  # a scripted delay may be longer than any client waits

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the caller: uvicorn would raise them again when it has stopped."""
        yield


def run_in_loop(main: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.run`, in a loop of uvloop's where that is installed."""
    run_loop(main)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError, which says what to do, when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        sock = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = f"cannot listen on {host} port {port}: {error.strerror or error}"
        advice = "; port 0 takes a free one" if error.errno == errno.EADDRINUSE else ""
        raise type(error)(error.errno, reason + advice) from error
    # Made anew so that its protocol is set: asyncio turns Nagle's algorithm off (40 ms a call)
    # only where it sees that it has a TCP socket.
    return socket.socket(fileno=sock.detach())


def url_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def running(
    token: str | None = None,
    db: str | Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    examples: bool = False,
    seed: str | None = None,
    ping_interval: float = 15.0,
    expire_after: float = 600.0,
    error_form: ErrorForm = "status",
    wire: Wire = "current",
    readings: Mapping[str, str] | None = None,
    as_recorded: bool = False,
    plan: Plan = default_plan,
    scenario: ScenarioSource | None = None,
    strict: bool = False,
    speed: float = 1.0,
    qps: int | None = None,
    other_token: str | None = None,
) -> Iterator[Running]:
    """A mock server in a thread of this process, for tests and demonstrations.

    It accepts connections when the block begins and has stopped when the block ends. `examples`
    creates the objects that the spec's examples name; `seed` makes ids reproducible; `other_token`
    is a second user's, with an empty state of its own, in memory; the other options are those of
    `create_app`. Raises OSError when the port is taken, StoreError when
    `db` cannot be used and ScenarioError when the scenario is wrong.
    """
    store = Store(db, seed=seed)
    try:
        if examples:
            seed_examples(store)
        form: dict[str, Any] = {
            "error_form": error_form,
            "wire": wire,
            "readings": readings,
            "as_recorded": as_recorded,
            "strict": strict,
            "qps": qps,
        }
        apps = [
            create_app(
                store,
                token=token,
                ping_interval=ping_interval,
                expire_after=expire_after,
                plan=plan,
                scenario=scenario,
                speed=speed,
                **form,
            )
        ]
        if other_token is not None:
            apps.append(create_app(token=other_token, **form))
        started = threading.Event()
        server = Server(*apps, on_start=started.set)
        sock = listen(host, port)

        def serve() -> None:
            try:
                run_in_loop(server.serve([sock]))
            finally:
                started.set()

        thread = threading.Thread(target=serve, name="appbuilder-mock", daemon=True)
        thread.start()
        started.wait()
        if server.loop is None:
            raise RuntimeError("the mock server did not start; stderr has the reason")
        try:
            yield Running(
                url=url_of(sock),
                port=sock.getsockname()[1],
                state=server.states[0],
                loop=server.loop,
            )
        finally:
            server.stop()
            thread.join()
    finally:
        store.close()
