"""`python -m appbuilder_mock`: serve until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

try:
    from appbuilder_mock import Store, StoreError, create_app
except ModuleNotFoundError as missing:
    sys.exit(str(missing))
from appbuilder_mock.readings import CHOICES, parsed
from appbuilder_mock.resources.examples import seed_examples
from appbuilder_mock.server.request_log import RequestLog, greeting
from appbuilder_mock.server.server import Server, listen, run_in_loop, url_of
from appbuilder_mock.server.signals import stopped_by_signals
from appbuilder_mock.state import DEFAULT_TOKEN
from appbuilder_mock.wire_format.june_2024 import Wire


def parser() -> argparse.ArgumentParser:
    parse = argparse.ArgumentParser(
        prog="python -m appbuilder_mock",
        description="A mock server of the Assistants API.",
        epilog="`record` as the first argument records a session; see `record --help`.",
    )
    add = parse.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=port, default=8080, help="0 takes a free one (default: %(default)s)")
    add("--db", type=Path, metavar="FILE", help="keep the state in this SQLite file, not in memory")
    add(
        "--token",
        default=DEFAULT_TOKEN,
        metavar="SECRET",
        help="the one valid token (default: %(default)s)",
    )
    add(
        "--other-token",
        metavar="SECRET",
        help="the token of a second user, with separate objects",
    )
    add("--seed", metavar="TEXT", help="make the same ids each time")
    add(
        "--examples",
        action="store_true",
        help="create the objects that openapi.yaml's examples name",
    )
    add(
        "--errors",
        choices=("status", "body"),
        default="status",
        help="send errors with an error status, or as an error object under status 200 "
        "(default: %(default)s)",
    )
    add(
        "--wire",
        choices=get_args(Wire),
        default="current",
        help="the form of responses: today's, or that of June 2024 (default: %(default)s)",
    )
    add(
        "--reading",
        action="append",
        default=[],
        metavar="QUESTION=READING",
        help="how to answer an open question about the API, explained in docs/mock-server.md; "
        f"repeatable; the questions: {', '.join(CHOICES)}",
    )
    add(
        "--as-recorded",
        action="store_true",
        help="behave as in the public recordings of 2024",
    )
    add(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="scripted responses and faults, in YAML or JSON; see docs/scenarios.md",
    )
    add(
        "--strict",
        action="store_true",
        help="answer an operation that has no handler by 501, not with an example",
    )
    add(
        "--speed",
        type=float,
        default=1.0,
        metavar="N",
        help="how fast the pauses of scripted runs pass; 0 leaves them out (default: 1)",
    )
    add(
        "--qps",
        type=int,
        metavar="N",
        help="accept N calls in any one second, and refuse others as the service does",
    )
    add("--quiet", action="store_true", help="print the first line only")
    return parse


def port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text}")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; 0 after a signal, 2 when the server cannot start (with the reason in one line).

    With `record` as the first argument, record a session instead.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] == "record":
        from appbuilder_mock.recording import command

        return command.main(arguments[1:])
    options = parser().parse_args(arguments)
    try:
        store = Store(options.db, seed=options.seed)
    except StoreError as error:
        return _refuse(str(error))
    try:
        form = {
            "error_form": options.errors,
            "wire": options.wire,
            "readings": parsed(options.reading),
            "as_recorded": options.as_recorded,
            "strict": options.strict,
            "qps": options.qps,
        }
        apps = [
            create_app(
                store,
                token=options.token,
                scenario=options.scenario,
                speed=options.speed,
                **form,
            )
        ]
        if options.other_token is not None:
            apps.append(create_app(token=options.other_token, **form))
        server = Server(*apps)
        if options.examples:
            seed_examples(store)
        # All options have been checked: from now on clients can connect.
        sock = listen(options.host, options.port)
        with sock:
            run_in_loop(_serve(server, sock, options))
    except ValueError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(error.strerror or str(error))
    finally:
        store.close()
    return 0


async def _serve(server: Server, sock: socket.socket, options: argparse.Namespace) -> None:
    """Serve until a signal comes, and print a line for each request."""
    banner = greeting(url_of(sock), options.token)
    shown = banner.partition("\n")[0] if options.quiet else banner
    server.on_start = lambda: print(shown, flush=True)
    log = None if options.quiet else RequestLog(sys.stdout.fileno())
    if log is not None:
        for state in server.states:
            state.history.on_end = log.note
    try:
        with stopped_by_signals(server.stop):
            await server.serve([sock])
    finally:
        if log is not None:
            log.close()


def _refuse(reason: str) -> int:
    print(f"appbuilder_mock: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
