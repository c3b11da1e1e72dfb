"""A token, and every form in which an error may show it."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

from appbuilder_assistants import AssistantsError, RetryPolicy

from tests.clients.client_harness import ClientHarness

# In no variable of a test: tracebacks are shown with the variables of the tests' frames as well.
SECRET = "bce-v3/ALTAK-" + "秘密".encode().hex()
ONCE = RetryPolicy(attempts=1)
NOWHERE = "http://127.0.0.1:9"


def shown(error: BaseException) -> Iterator[str]:
    """Every form in which an error and its causes may be shown."""
    behind: list[BaseException | None] = [error]
    seen: set[int] = set()
    while behind:
        one = behind.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        behind += [one.__cause__, one.__context__]
        yield f"{one}{one!r}{one.args!r}{vars(one)}"
        yield from traceback.TracebackException.from_exception(one, capture_locals=True).format()
    if isinstance(error, AssistantsError):
        yield repr(pickle.dumps(error))
        yield repr(vars(copy.copy(error)))


def assert_hidden(error: BaseException, logged: list[str]) -> None:
    texts = [*shown(error), *logged]
    hidden = SECRET.rpartition("ALTAK-")[2]
    found = [text for text in texts if SECRET in text or hidden in text]
    assert not found, "\n".join(found)


def secret_client(harness: ClientHarness, url: str, **options: Any) -> Any:
    """A client with the token, from a frame that is left before anything fails."""
    return harness.client(SECRET, url, **options)
