"""The error tree itself."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from appbuilder_assistants import RunSnapshot, errors
from appbuilder_assistants.errors import Origin

WHERE = Origin("queryRun", "POST", "/v2/threads/runs/query", "req_1")
CLASSES = [getattr(errors, name) for name in errors.__all__ if name != "Attempt"]


@pytest.mark.parametrize("cls", CLASSES)
def test_the_tree(cls: type[errors.AssistantsError]) -> None:
    """All are caught by the root, can be made from a text alone, and are in the picture."""
    assert issubclass(cls, errors.AssistantsError)
    assert "失败" in str(cls("失败"))
    assert cls.__name__ in str(errors.__doc__)


@pytest.mark.parametrize("cls", CLASSES)
def test_pickling(cls: type[errors.AssistantsError]) -> None:
    """An error survives a process boundary with all it knows."""
    error: Any = cls("失败", origin=WHERE)
    if isinstance(error, errors.ApiStatusError):
        error = cls("失败", status_code=404, code="c", param="p", retry_after=1.0, origin=WHERE)  # type: ignore[call-arg]
    if isinstance(error, errors.StreamInterruptedError):
        error.snapshot.run_id = "run_1"
    error.attempts = (errors.Attempt("503: 忙", 503, "req_0", 0.1, 0.5),)

    data = pickle.dumps(error)
    copy = pickle.loads(data)

    assert b"appbuilder_assistants.errors" in data  # other processes find the class by this path
    assert type(copy) is cls
    assert str(copy) == str(error)
    ours, theirs = vars(error).copy(), vars(copy).copy()
    snapshots = [values.pop("snapshot", None) for values in (ours, theirs)]
    assert ours == theirs
    assert repr(snapshots[0]) == repr(snapshots[1])


def test_texts() -> None:
    """Each kind of error says where it comes from."""
    assert str(errors.ResponseError("odd", origin=WHERE)) == "queryRun: odd (request id req_1)"
    assert str(errors.NotFoundError("no", status_code=404)) == "404: no"
    assert errors.StreamInterruptedError().snapshot.run_id is None
    assert isinstance(errors.StreamInterruptedError().snapshot, RunSnapshot)
