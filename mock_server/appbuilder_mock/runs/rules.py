"""Rules for calls about a run, beyond the form of their bodies."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.errors import MockApiError, invalid
from appbuilder_mock.storage.store import Document

# Active runs; every other status is an end.
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")


def refuse_unless_user_speaks_last(last: dict[str, Any] | None) -> None:
    if last is None:
        raise invalid(
            "the thread is empty: add a message of role user first, or give one in thread.messages",
            param="thread.messages",
        )
    if last["role"] != "user":
        raise invalid(
            f"the thread ends in a message of role {last['role']}, a run needs one of role user: "
            "add it first, or give it in thread.messages",
            param="thread.messages",
        )


def refuse_second_run(newest: Document | None) -> None:
    """One active run a thread. The rule of the real service is unknown; this one is our choice."""
    if newest is not None and newest["status"] in ACTIVE:
        raise MockApiError(
            409,
            "run_active",
            f"run {newest['id']!r} of this thread is {newest['status']}: "
            "wait for it, submit its tool outputs, or cancel it",
            param="thread_id",
        )


def refuse_unless_waiting(run: Document, *, param: str = "run_id") -> None:
    if run["status"] != "requires_action":
        raise MockApiError(
            409,
            "run_not_waiting",
            f"run {run['id']!r} has status {run['status']!r} and does not wait for tool outputs",
            param=param,
        )


def refuse_cancelling_ended(run: Document) -> None:
    if run["status"] not in (*ACTIVE, "cancelled"):
        raise MockApiError(
            409,
            "run_ended",
            f"run {run['id']!r} has status {run['status']!r} and cannot be cancelled",
            param="run_id",
        )


def refuse_wrong_outputs(
    calls: list[Document], outputs: list[dict[str, Any]], where: str, *, partly: bool = False
) -> None:
    """Refuse outputs other than one for every waiting call; `partly`: some may be missing.

    `where` is the path of one output in the body, with `{}` for its number.
    """
    waiting = {call["id"] for call in calls}
    answered: set[str] = set()
    for index, output in enumerate(outputs):
        id_, param = output["tool_call_id"], f"{where.format(index)}.tool_call_id"
        if id_ not in waiting:
            known = ", ".join(sorted(waiting))
            raise invalid(f"{param}: the run waits for {known}, got {id_[:200]!r}", param=param)
        if id_ in answered:
            raise invalid(f"{param}: {id_!r} is answered twice", param=param)
        answered.add(id_)
    if not partly and (missing := sorted(waiting - answered)):
        raise invalid(
            f"the run waits for every call to be answered; missing: {', '.join(missing)}",
            param=where.split("[", maxsplit=1)[0],
        )
