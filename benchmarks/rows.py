"""The rows of the table, the libraries, and the figures that must be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
NO_SUCH_ROW = 3  # the exit status of a worker with a library that cannot do the row


@dataclass(frozen=True)
class Row:
    """One thing that libraries do.

    `figure`: `cpu` or `wall` seconds of a round, or `own`, what the act itself measures.
    `base`: the peer, and its row, that every ratio is to; none where figures count by themselves,
    in the `unit`. `must`: the most that ours may cost.
    """

    name: str
    title: str
    count: int
    base: str = "httpx_"
    figure: str = "cpu"
    base_row: str = ""
    unit: str = ""
    must: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Peer:
    """A library, the module of `peers` that measures it, and what it cannot import meanwhile."""

    title: str
    module: str
    without: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def must(plain: float, fast: float | None = None) -> dict[str, float]:
    """Of the plain client, and of the one with the extra `fast`."""
    return {"ours": plain, "ours_fast": plain if fast is None else fast}


FAST = ("httptools", "msgspec")
# An async row beside the sync client of the base, so that both have one measure.
ROWS = (
    Row("look-up", "one look-up, sync", 200, must=must(0.45, 0.20)),
    Row("look-up-async", "one look-up, async", 200, base_row="look-up", must=must(0.50, 0.25)),
    Row("list", "a list of 100 runs, sync", 50, must=must(1.15, 0.55)),
    Row("list-async", "a list of 100 runs, async", 50, base_row="list", must=must(1.15, 0.55)),
    Row("stream", "20,000 stream events, sync", 1, must=must(0.95, 0.35)),
    Row(
        "stream-async",
        "20,000 stream events, async",
        1,
        base_row="stream",
        must=must(0.95, 0.35),
    ),
    Row(
        "stream-memory",
        "memory for 20,000 stream events above idle",
        1,
        base="",
        figure="own",
        unit="MB",
    ),
    Row("many-async", "128 async calls at once", 512, must=must(0.12, 0.06)),
    Row("many-threads", "128 threads", 512, must=must(0.40, 0.20)),
    Row(
        "many-new",
        "new connections for 100 of 128 async calls at once",
        512,
        base="",
        figure="own",
        unit="%",
        must=must(5),
    ),
    Row("tls", "one look-up over TLS, sync", 200, must=must(0.50, 0.25)),
    Row("tls-async", "one look-up over TLS, async", 200, base_row="tls", must=must(0.50, 0.25)),
    Row(
        "first-event",
        "first event's delay after it was sent, sync",
        20,
        base="bare",
        figure="own",
        must=must(1.1),
    ),
    Row(
        "first-event-async",
        "first event's delay after it was sent, async",
        20,
        base="bare",
        base_row="first-event",
        figure="own",
        must=must(1.1),
    ),
    Row("import", "import", 1, must=must(0.15)),
    Row("start", "start to first answer", 1, must=must(0.95)),
    Row("upload", "an upload of 100 MB, sync", 4, figure="wall", must=must(1.11)),
    Row(
        "upload-async",
        "an upload of 100 MB, async",
        4,
        figure="wall",
        must=must(1.11),
    ),
    Row("download", "a download of 100 MB, sync", 4, figure="wall", must=must(1.11)),
    Row(
        "download-async",
        "a download of 100 MB, async",
        4,
        figure="wall",
        must=must(1.11),
    ),
    Row(
        "file-memory",
        "memory for both of 100 MB above idle",
        1,
        base="",
        figure="own",
        unit="MB",
        must=must(4),
    ),
    Row("packages", "packages installed with it", 1, base="", figure="own", must={"ours": 8}),
    Row("size", "installed size", 1, base="", figure="own", unit="MB", must={"ours": 5}),
)
PEERS = {
    "ours": Peer("this library", "ours", without=FAST),
    "ours_fast": Peer("this library with [fast]", "ours", needs=FAST),
    "httpx_": Peer("httpx", "httpx_"),
    "openai_": Peer("openai", "openai_"),
    "langgraph": Peer("langgraph-sdk", "langgraph"),
    "official": Peer("appbuilder-sdk", "official"),
    "aiohttp_": Peer("aiohttp", "aiohttp_"),
    "pyreqwest_": Peer("pyreqwest", "pyreqwest_"),
    "bare": Peer("standard library", "bare"),
}
