"""A recorder that accepts connections: in a thread of this process, or up to a signal."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from appbuilder_mock.recording.proxy import Proxy
from appbuilder_mock.recording.secrets import Secrets
from appbuilder_mock.recording.session import Session
from appbuilder_mock.server.server import HTTP, KEEP_ALIVE, listen, url_of

GRACE = 5  # seconds that open connections have to finish when the recorder stops


class Recorder(uvicorn.Server):
    """uvicorn without its signals and its log, around one proxy."""

    def __init__(
        self,
        to: Path,
        upstream: str,
        *,
        redact: Iterable[str] = (),
        keep_personal: bool = False,
        on_start: Callable[[], None] = lambda: None,
    ) -> None:
        address = urlsplit(upstream)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(
                "upstream: expected an address such as https://appbuilder.baidu.com, "
                f"got {upstream!r}"
            )
        self.session = Session(to, Secrets(redact, keep_personal=keep_personal))
        self.proxy = Proxy(upstream, self.session)
        self.on_start = on_start
        config = uvicorn.Config(
            self.proxy,
            loop="asyncio",
            http=HTTP,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self.proxy.close()  # also waits until the file is written
        self.session.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the caller."""
        yield


@contextmanager
def recording(
    to: str | Path,
    upstream: str,
    *,
    redact: Iterable[str] = (),
    keep_personal: bool = False,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[str]:
    """A recorder in a thread of this process, between its clients and the gateway `upstream`.

    Yields its address. The file `to` is a scenario that is complete after each run. Raises OSError
    when the port is taken or the file cannot be written, ValueError for a wrong address, re.error
    for a wrong pattern in `redact`.
    """
    started = threading.Event()
    sock = listen(host, port)  # before the file is touched
    try:
        recorder = Recorder(
            Path(to), upstream, redact=redact, keep_personal=keep_personal, on_start=started.set
        )
    except BaseException:
        sock.close()
        raise

    def serve() -> None:
        try:
            asyncio.run(recorder.serve([sock]))
        finally:
            started.set()

    thread = threading.Thread(target=serve, name="appbuilder-mock-recorder", daemon=True)
    thread.start()
    started.wait()
    if not recorder.started:
        raise RuntimeError("the recorder did not start; stderr has the reason")
    try:
        yield url_of(sock)
    finally:
        recorder.should_exit = True
        thread.join()
