"""Ten changes of openapi.yaml, each with a program that uses what it changes.

The programs run with `scripts/regen_check/probe.py` before them, against the mock server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A change of the document; `word` names it in the spec diff and the reference."""

    name: str
    what: str
    apply: Callable[[Spec], object]
    word: str
    probe: str


def _properties(spec: Spec, schema: str) -> dict[str, Any]:
    properties: dict[str, Any] = spec["components"]["schemas"][schema]["properties"]
    return properties


def _described(schema: dict[str, Any], text: str, chinese: str, *keywords: str) -> dict[str, Any]:
    marks = {one: ["unknown"] for one in ("here", *keywords)}
    return {**schema, "description": text, "x-description-zh": chinese, "x-evidence": marks}


def _request_field(spec: Spec) -> None:
    schema = {"type": ["integer", "null"], "minimum": 1}
    field = _described(schema, "The number of candidates.", "候选数量。", "minimum")
    _properties(spec, "CreateRunRequest")["top_k"] = field


def _answer_field(spec: Spec) -> None:
    field = _described({"type": "string", "default": ""}, "The title.", "标题。", "default")
    _properties(spec, "Assistant")["title"] = field


def _enum_word(spec: Spec) -> None:
    spec["components"]["schemas"]["ResponseFormat"]["oneOf"][0]["enum"].append("markdown")


def _new_operation(spec: Spec) -> None:
    query = spec["paths"]["/v2/threads/query"]["post"]
    spec["paths"]["/v2/threads/archive"] = {
        "post": {
            **{key: value for key, value in query.items() if key != "x-docstring"},
            "operationId": "archiveThread",
            "summary": "Archive a thread.",
            "description": "Puts a thread away.",
            "x-summary-zh": "归档会话。",
            "x-description-zh": "把会话归档。",
            "x-method": "archive",
        }
    }


def _renamed_field(spec: Spec) -> None:
    properties = _properties(spec, "AssistantUserInfo")
    properties["nick_name"] = properties.pop("nickname")


def _required_field(spec: Spec) -> None:
    schema = spec["components"]["schemas"]["UpdateThreadRequest"]
    schema["required"].append("metadata")


def _one_of(spec: Spec) -> None:
    model = _properties(spec, "CreateAssistantRequest")["model"]
    model["oneOf"] = [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "null"},
    ]
    del model["type"]


def _event_type(spec: Spec) -> None:
    _properties(spec, "StreamRunStatus")["event_type"]["anyOf"][0]["enum"].append("run_paused")


def _removed_operation(spec: Spec) -> None:
    del spec["paths"]["/v2/threads/messages/files/list"]
    for methods in spec["paths"].values():
        for operation in methods.values():
            for response in operation["responses"].values():
                response.get("links", {}).pop("listMessageFiles", None)


def _limit(spec: Spec) -> None:
    metadata = spec["components"]["schemas"]["Metadata"]
    metadata["maxProperties"] = 32
    metadata["description"] = metadata["description"].replace("16", "32")
    metadata["x-description-zh"] = metadata["x-description-zh"].replace("16", "32")


CHANGES = (
    Change(
        "request field",
        "`top_k` in createRun",
        _request_field,
        "top_k",
        """
for name in "run stream_run stream_run_with_handler run_with_tools stream_run_with_tools".split():
    for method in methods(f"threads.runs.{name}"):
        assert parameters(method)["top_k"].kind is inspect.Parameter.KEYWORD_ONLY
        assert "top_k: The number of candidates." in method.__doc__
for error in refusals(lambda client: client.threads.runs.run("a", "t", top_k=0)):
    assert error.param == "top_k", error
""",
    ),
    Change(
        "answer field",
        "`title` of an assistant",
        _answer_field,
        "title",
        """
for assistant in answers(lambda client: client.assistants.create("a")):
    assert assistant.title == ""
assert types.Assistant.from_dict({**assistant.to_dict(), "title": "甲"}).title == "甲"
""",
    ),
    Change(
        "enum word",
        "`markdown` as a response format",
        _enum_word,
        "markdown",
        """
for method in methods("assistants.create"):
    assert "'markdown'" in str(parameters(method)["response_format"].annotation)
assert appbuilder_assistants.assistant.type.ResponseFormat.MARKDOWN == "markdown"
for assistant in answers(lambda client: client.assistants.create("a", response_format="markdown")):
    assert assistant.response_format == "markdown"
assert refusals(lambda client: client.assistants.create("a", response_format="html"))
""",
    ),
    Change(
        "new operation",
        "archiveThread",
        _new_operation,
        "archive",
        """
for thread in answers(lambda client: client.threads.archive("thread_1")):
    assert isinstance(thread, types.Thread)
for answer in answers(lambda client: client.with_raw_response.threads.archive("thread_1")):
    assert (answer.status_code, type(answer.parsed)) == (200, types.Thread)
assert refusals(lambda client: client.threads.archive("asst_1"), ValueError)
""",
    ),
    Change(
        "renamed field",
        "`nickname` of an end user",
        _renamed_field,
        "nick_name",
        """
assert types.AssistantUserInfo(nick_name="小明").to_dict() == {"nick_name": "小明"}
for error in refusals(
    lambda client: client.threads.runs.run("a", "t", user_info={"nickname": "小明"}), ValueError
):
    assert "did you mean 'nick_name'?" in str(error)
""",
    ),
    Change(
        "required field",
        "`metadata` in updateThread",
        _required_field,
        "metadata",
        """
for method in methods("threads.update"):
    assert parameters(method)["metadata"].default is inspect.Parameter.empty
assert refusals(lambda client: client.threads.update("thread_1"), TypeError)
assert posted("/v2/threads/update", {"thread_id": "thread_1"}) == 400
""",
    ),
    Change(
        "oneOf",
        "a list of names for `model`",
        _one_of,
        "model",
        """
for method in methods("assistants.create"):
    assert "Sequence[str]" in str(parameters(method)["model"].annotation)
assert answers(lambda client: client.assistants.create("a", model=["甲", "乙"]))
assert refusals(lambda client: client.assistants.create("a", model=[1]))
""",
    ),
    Change(
        "event type",
        "`run_paused` in a stream",
        _event_type,
        "run_paused",
        """
assert "'run_paused'" in types.StreamRunStatus.__annotations__["event_type"]
assert "run_paused" in page("/docs")
""",
    ),
    Change(
        "removed operation",
        "listMessageFiles",
        _removed_operation,
        "listMessageFiles",
        """
for messages in resources("threads.messages"):
    assert not hasattr(messages, "files")
assert not hasattr(types, "MessageFile")
assert posted("/v2/threads/messages/files/list", {}) == 404
""",
    ),
    Change(
        "limit",
        "32 pairs of metadata",
        _limit,
        "32",
        """
for method in methods("threads.update"):
    assert "At most 32 pairs" in method.__doc__
def update(client, pairs):
    metadata = {str(number): "" for number in range(pairs)}
    return client.assistants.create("a", metadata=metadata)
assert answers(lambda client: update(client, 20))
assert refusals(lambda client: update(client, 33))
""",
    ),
)
