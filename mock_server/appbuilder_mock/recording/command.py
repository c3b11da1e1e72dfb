"""`python -m appbuilder_mock record`: stand between clients and a gateway until a signal comes."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from appbuilder_mock.recording.server import Recorder
from appbuilder_mock.server.server import listen, url_of
from appbuilder_mock.server.signals import stopped_by_signals

SERVICE = "https://appbuilder.baidu.com"


def parser() -> argparse.ArgumentParser:
    parse = argparse.ArgumentParser(
        prog="python -m appbuilder_mock record",
        description="Record a session as a scenario for the mock server.",
    )
    add = parse.add_argument
    add("--to", type=Path, required=True, metavar="FILE", help="the scenario to write, YAML")
    add(
        "--upstream",
        default=os.environ.get("GATEWAY_URL", SERVICE),
        metavar="URL",
        help="the gateway that answers (default: GATEWAY_URL, else the service; now %(default)s)",
    )
    add(
        "--redact",
        action="append",
        default=[],
        metavar="PATTERN",
        help="hide what matches this regular expression; repeatable",
    )
    add(
        "--keep-personal",
        action="store_true",
        help="keep the values of user_info and user_loc",
    )
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8081, help="0 takes a free one (default: %(default)s)")
    return parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Record; 0 after a signal, 2 when it cannot start (with the reason in one line)."""
    options = parser().parse_args(arguments)
    sock = None
    try:
        if not options.upstream.strip():
            raise ValueError(
                "upstream: expected a gateway, and --upstream or GATEWAY_URL is empty; unset it "
                f"for the service ({SERVICE}), or name another"
            )
        if f"http://{options.host}:{options.port}" == options.upstream.rstrip("/"):
            raise ValueError(
                f"upstream: {options.upstream} is this recorder's own address; is GATEWAY_URL "
                "still set to it? Name the gateway by --upstream"
            )
        sock = listen(options.host, options.port)  # before the file is touched
        recorder = Recorder(
            options.to,
            options.upstream,
            redact=options.redact,
            keep_personal=options.keep_personal,
        )
    except (OSError, OverflowError, ValueError, re.error) as error:
        print(f"appbuilder_mock record: {error}", file=sys.stderr)
        if sock is not None:
            sock.close()
        return 2
    recorder.session.on_notice = lambda notice: print(notice, file=sys.stderr, flush=True)
    with sock:
        asyncio.run(_serve(recorder, sock, options.upstream))
    return 0


async def _serve(recorder: Recorder, sock: socket.socket, upstream: str) -> None:
    url = url_of(sock)
    recorder.on_start = lambda: print(
        f"recording on {url}\n\n  export GATEWAY_URL={url}\n\n  upstream  {upstream}", flush=True
    )

    def stop() -> None:
        recorder.force_exit = recorder.should_exit
        recorder.should_exit = True

    with stopped_by_signals(stop):
        await recorder.serve([sock])
    print(recorder.session.summary(), flush=True)
