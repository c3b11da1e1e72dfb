"""The form of responses in June 2024, as the public notebook printed it.

serializers.py writes the current form, in use since October 2024; this converts it.
"""

from __future__ import annotations

from typing import Literal

from appbuilder_mock.storage.store import Document

Wire = Literal["current", "2024-06"]

OBJECTS_IN_EVENTS = ("run_object", "run_step_object")  # complete


def as_in_june_2024(operation_id: str, answer: Document) -> Document:
    """An operation's response in the older form; parts that the notebook does not show are kept."""
    if operation_id in ("listRuns", "listRunSteps", "listMessages"):
        return {**answer, "data": [_older(one) for one in answer["data"]]}
    answer = _older(answer)
    if operation_id == "queryRun":
        answer["tools"] = answer["tools"] or []  # listed, the same run had null
    return answer


def event_as_in_june_2024(data: Document) -> Document:
    """The data of an event in the older form."""
    details: Document = data.get("details") or {}
    older = {key: _older(details[key]) for key in OBJECTS_IN_EVENTS if key in details}
    return {**data, "details": {**details, **older}} if older else data


def _older(shown: Document) -> Document:
    match shown["object"]:
        case "thread.run.step":
            return _step(shown)
        case "run.result" | "thread.run":
            return _run(shown)
        case "thread.message":
            return {**shown, "content": [_part(part) for part in shown["content"]]}
    return dict(shown)


def _run(shown: Document) -> Document:
    answer = shown["final_answer"]
    if answer is not None:
        [part] = answer["message"]["content"]
        answer = {**answer, "message": {**answer["message"], "content": _part(part)}}
    return {**shown, "final_answer": answer}


def _step(shown: Document) -> Document:
    return {**shown, "last_error": shown["last_error"] or "", "type": None, "step_datail": None}


def _part(part: Document) -> Document:
    if "annotations" not in part["text"]:
        return part
    return {**part, "text": {**part["text"], "annotations": None}}
