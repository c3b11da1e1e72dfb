"""How long the client waits, and how much it holds, unless its options say otherwise."""

from __future__ import annotations

MAX_SECONDS = 1e9
"""The longest wait that can be set: the clock of a system ends somewhere above."""

LOOK_UP_SECONDS = 30.0
"""How long to wait for bytes when an object is looked up or changed on the other side."""

FILE_SECONDS = 120.0
"""How long to wait for bytes when a file is stored, or looked for, on the other side."""

RUN_SECONDS = 600.0
"""How long to wait for bytes when a model is thinking on the other side."""

RECONCILE_SECONDS = 10.0
"""How long the run of a stream that broke off may be looked up."""

CANCEL_SECONDS = 5.0
"""How long cancelling a run may take after its call has failed, and naming it before that."""

TOOL_CANCEL_SECONDS = 1.0
"""How long cancelled `async` tools may take to end."""

FIRST_POLL_DELAY = 0.5
MAX_POLL_DELAY = 5.0
"""Seconds between the first two look-ups of a run that is polled, and at most."""

MAX_ROUNDS = 10
MAX_PARALLEL = 8
"""How often a run may ask for tools, and how many are called at a time."""

MAX_BODY = 64 * 1024 * 1024
"""Bytes of JSON, or of one event, that are read before giving up: memory is not the server's."""

MAX_ERROR_BODY = 1024 * 1024
"""Bytes of an error's body that are read: only its beginning is quoted."""

MAX_QUOTED = 16 * 1024
"""Bytes of a reply that its error looks at, to quote a few hundred characters of them."""

PEEK = 64 * 1024
"""Bytes of a file's beginning that are looked at: a longer reply is no error object."""


def number_text(number: object) -> str:
    """A number for a message: a long int by its size, for its digits may be too many to write."""
    if isinstance(number, int) and number.bit_length() > 64:
        return f"an int of {number.bit_length():,} bits"
    return repr(number)
