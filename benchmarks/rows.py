"""What is measured: one row of the table each, and the figures that must be reached."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One thing that libraries do.

    `figure`: `cpu` or `wall` seconds of a round, or `own`, what the act itself measures.
    `base`: the peer, and its row, that every ratio is to. `must`: the most that ours may cost.
    """

    name: str
    title: str
    count: int
    base: str = "httpx_"
    figure: str = "cpu"
    base_row: str = ""
    must: dict[str, float] = field(default_factory=dict)


ROWS = (
    Row("look-up", "one look-up, sync", 200, must={"ours": 0.45}),
    # Beside httpx's sync client too, so that both look-ups have one measure.
    Row("look-up-async", "one look-up, async", 200, base_row="look-up", must={"ours": 0.50}),
    Row("list", "a list of 100 runs", 100, must={"ours": 1.15}),
    Row("stream", "20,000 stream events, sync", 1, must={"ours": 0.95}),
    Row("stream-async", "20,000 stream events, async", 1, base_row="stream", must={"ours": 0.95}),
    Row("many-async", "128 async calls at once", 512, must={"ours": 0.12}),
    Row("many-threads", "128 threads", 512, must={"ours": 0.40}),
    Row("tls", "one look-up over TLS", 200, must={"ours": 0.50}),
    Row(
        "first-event",
        "first event's delay after it was sent",
        20,
        base="bare",
        figure="own",
        must={"ours": 1.1},
    ),
    Row("import", "import", 2, must={"ours": 0.15}),
    Row("start", "start to first answer", 2, must={"ours": 0.95}),
    Row("upload", "an upload of 100 MB", 1, figure="wall", must={"ours": 1.11}),
    Row("download", "a download of 100 MB", 1, figure="wall", must={"ours": 1.11}),
)
PEERS = {
    "ours": "this library",
    "httpx_": "httpx",
    "openai_": "openai",
    "langgraph": "langgraph-sdk",
    "official": "appbuilder-sdk",
    "aiohttp_": "aiohttp",
    "pyreqwest_": "pyreqwest",
    "bare": "standard library",
}
