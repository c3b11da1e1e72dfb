"""Promises of the documentation for every call, whatever the server does."""

from __future__ import annotations

import copy
import functools
import math
import pickle
import traceback
from contextlib import suppress
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AssistantsError,
    DeadlineExceededError,
    NoTextError,
    ResponseError,
    RunSnapshot,
    ToolLoopError,
    errors,
    final_text,
)
from appbuilder_assistants.types import FileContent, RunResult

from tests.clients.operations import Operation
from tests.fuzz.mutations import TOKEN
from tests.generated.spec import OPERATIONS as SPECIFIED

# A list of pages, or of a run's rounds, that comes to nothing; time that is over before the next.
OF_NO_ONE_REQUEST = (ResponseError, ToolLoopError, DeadlineExceededError)
DOCUMENTED = {getattr(errors, name) for name in errors.__all__} - {errors.Attempt}


# A run in an error is as it came, like a call's result.
AS_IT_CAME = {"snapshot", "run"}


def outcome(operation: Operation, client: Any, folder: Path, *, repeated: bool = False) -> str:
    """The outcome of a call, in a word, after all promises were checked.

    `repeated` says that the server may have put the token into values that are as they came.
    """
    try:
        value = operation.call(client, folder)
    except AssistantsError as error:
        check_error(operation, error)
        check_secret(error, repeated=repeated)
        assert list(folder.iterdir()) == []
        code = getattr(error, "status_code", "")
        return f"{type(error).__name__} {code}".strip()
    check_answer(operation, value, folder)
    return "answered"


def check_error(operation: Operation, error: AssistantsError) -> None:
    """It is documented, it says where it comes from, and it can be shown, sent and stored."""
    assert type(error) in DOCUMENTED
    # The server always answers or hangs up; it is we who may not wait for so long.
    late = isinstance(error, DeadlineExceededError) and operation.deadline is not None
    assert late or not isinstance(error, ApiTimeoutError), error
    assert error.operation in {operation.operation_id, *operation.then}
    assert error.method == "POST"
    assert error.path == SPECIFIED[error.operation]["path"]
    assert isinstance(error.message, str)
    assert error.message
    assert isinstance(error.request_id, str | NoneType)
    assert error.request_id or isinstance(error, OF_NO_ONE_REQUEST)
    for text in (str(error), repr(error)):
        assert text.encode()
    if isinstance(error, ApiStatusError):
        assert type(error.status_code) is int
        assert 100 <= error.status_code <= 999
        assert isinstance(error.code, str | NoneType)
        assert isinstance(error.param, str | NoneType)
        wait = error.retry_after
        assert wait is None or (type(wait) is float and 0 <= wait < math.inf)
    if isinstance(error, ResponseError):
        # None only where no single answer is to blame: a list that comes to nothing.
        assert error.status_code is None or 200 <= error.status_code < 300
        assert error.status_code or not error.request_id
    if isinstance(error, ApiConnectionError):
        assert type(error.reached_server) is bool
    if isinstance(error, errors.StreamInterruptedError):
        check_snapshot(error.snapshot)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.args == error.args
    assert vars(again).keys() == vars(error).keys()
    assert str(again) == str(error)
    assert [type(attempt) for attempt in error.attempts] == [errors.Attempt] * len(error.attempts)


def check_secret(error: AssistantsError, *, repeated: bool) -> None:
    """The token is in no text of it, nor of what is behind it.

    Nor in the variables of frames, unless it was `repeated` in values, which these may be.
    """
    shown = traceback.TracebackException.from_exception(error, capture_locals=not repeated)
    check_hidden("".join(shown.format()))
    behind: list[BaseException | None] = [error]
    while behind:
        one = behind.pop()
        if one is not None:
            details = {name: value for name, value in vars(one).items() if name not in AS_IT_CAME}
            check_hidden(f"{one}{one!r}{one.args!r}{details}")
            behind += [one.__cause__, one.__context__]


def check_hidden(*texts: str) -> None:
    assert not [text for text in texts if TOKEN in text]


def check_answer(operation: Operation, value: Any, folder: Path) -> None:
    """It is of the documented type, and so is all that is in it."""
    if operation.kind == "stream":
        check_snapshot(value)
        assert value.finished
    elif operation.kind == "pages":
        for item in value:
            check_model(item, operation.returns)
    elif operation.returns is Path:
        # In the folder, whatever the server called it; and nothing else is there.
        assert list(folder.iterdir()) == [value]
        assert value.parent == folder
        value.read_bytes()
        value.unlink()
    elif operation.returns is FileContent:
        assert isinstance(value.content, bytes)
        assert isinstance(value.content_type, str)
    else:
        check_model(value, operation.returns)


def check_snapshot(snapshot: RunSnapshot) -> None:
    assert repr(snapshot)
    assert all(isinstance(text, str) for text in snapshot.messages.values())
    for call in snapshot.tool_calls:
        check_value(call, type(call))
    if snapshot.run is not None:
        check_model(snapshot.run, RunResult)
    pickle.loads(pickle.dumps(snapshot))


def check_model(value: Any, kind: type[Any]) -> None:
    """It can be shown, compared, copied, stored, read field by field, and given back as JSON."""
    assert type(value) is kind
    assert repr(value)
    assert isinstance(value.to_dict(), dict)
    assert isinstance(value.additional_properties, dict)
    assert repr(pickle.loads(pickle.dumps(value))) == repr(value)
    assert repr(copy.deepcopy(value)) == repr(value)
    check_value(value, kind)
    if isinstance(value, RunResult):
        with suppress(NoTextError):
            assert isinstance(final_text(value), str)


@functools.cache
def fields(kind: type) -> dict[str, Any]:
    """The documented attributes of a model, with their types."""
    return {k: hint for k, hint in get_type_hints(kind).items() if not k.startswith("_")}


def check_value(value: Any, hint: Any) -> None:
    """Lists are lists and objects are objects, all the way down; plain values are as they came."""
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    lists = [choice for choice in choices if get_origin(choice) is list]
    models = [choice for choice in choices if hasattr(choice, "from_dict")]
    if not lists and not models:
        return
    if isinstance(value, list) and lists:
        for item in value:
            check_value(item, get_args(lists[0])[0])
    elif (kind := type(value)) in models:
        for name, inner in fields(kind).items():  # type: ignore[arg-type]
            check_value(getattr(value, name), inner)
    else:
        plain = [choice for choice in choices if choice not in lists + models]
        # Where a plain value may stand, it is as it came.
        assert value is None or set(plain) - {NoneType}, f"{value!r} is no {hint}"
