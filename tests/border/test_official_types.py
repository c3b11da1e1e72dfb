"""The type names of the official SDK: there, built as programs build them, and ours underneath."""

from __future__ import annotations

import json
import pickle
from enum import Enum
from types import ModuleType
from typing import Any

import attrs
import pytest
from appbuilder_assistants import assistant, types
from appbuilder_assistants._operations import assistants, threads

T: Any = assistant.type

# The names in `appbuilder.assistant.type` and its parts, version 1.1.5, without those of whole
# request bodies, which no method takes.
NAMES = {
    "public_type": (
        "AssistantFunctionCall AssistantExample AssistantFunctionJsonSchema AssistantFunction "
        "AssistantTool ResponseFormat AssistantText AssistantContent AssistantChatParameters "
        "AssistantThoughtParameters AssistantModelParameters AssistantUserInfo AssistantUserLoc"
    ),
    "assistant_type": (
        "AssistantTool ResponseFormat AssistantFilesCreateResponse AuditStatus "
        "AssistantFilesListData AssistantFilesListResponse AssistantFilesQueryResponse "
        "AssistantFilesDeleteResponse AssistantCreateResponse AssistantUpdateResponse "
        "AssistantListRole AssistantListResponse AssistantQueryResponse AssistantDeleteResponse "
        "AssistantFilesResponse AssistantMountedFilesListResponse AssistantFilesContentResponse"
    ),
    "thread_type": (
        "AssistantTool AssistantContent ResponseFormat AssistantModelParameters AssistantUserInfo "
        "AssistantUserLoc AssistantMessageRole AssistantMessage AssistantMessageCreateResponse "
        "AssistantMessageListRole AssistantMessageListResponseData AssistantMessageListResponse "
        "AssistantMessageQueryResponse AssistantMessageUpdateResponse AssistantContentFilesData "
        "AssistantMessageFilesResponse AssistantThread ThreadCreateResponse ThreadQueryResponse "
        "ThreadDeleteResponse ThreadUpdateResponse RunActionInfo FunctionCall ToolCall "
        "SubmitToolOutput RequiredAction LastError FinalAnswerMessage FinalAnswer RunResult "
        "RunMessageCreation ToolInfo RunStepDetail RunStepResult StreamRunDetail StreamRunStatus "
        "StreamRunMessage ToolOutput AssistantRunModel RunListOrderEnum RunListResponse "
        "RunStepListResponse"
    ),
}


@pytest.mark.parametrize("part", sorted(NAMES))
def test_every_name_is_there(part: str) -> None:
    """In the part that the official SDK has it in, and in `type`."""
    module: ModuleType = getattr(assistant, part)
    names = NAMES[part].split()

    assert sorted(module.__all__) == sorted(names)
    assert all(getattr(module, name) is getattr(assistant.type, name) for name in names)


def test_type_has_the_names_of_its_parts() -> None:
    """`type` has the names of its parts and no others."""
    names = {name for part in NAMES.values() for name in part.split()}

    assert set(assistant.type.__all__) == names


def test_an_answer_s_names_are_ours() -> None:
    """A method returns an instance of the class that the official SDK names."""
    aliases = {
        "AssistantCreateResponse": types.Assistant,
        "AssistantFilesContentResponse": types.FileContent,
        "AssistantFilesListData": types.File,
        "AssistantMessageListResponseData": types.Message,
        "AssistantContentFilesData": types.MessageFile,
        "ThreadDeleteResponse": types.Deleted,
        "RunStepResult": types.RunStep,
        "RunResult": types.RunResult,
        "ToolOutput": types.ToolOutput,
    }

    assert {name: getattr(T, name) for name in aliases} == aliases


@pytest.mark.parametrize(
    ("built", "sent"),
    [
        (lambda: T.AssistantMessage(content="你好"), {"role": "user", "content": "你好"}),
        (
            lambda: T.AssistantMessage(
                content="好", role=T.AssistantMessageRole.ASSISTANT, file_ids=["f"]
            ),
            {"role": "assistant", "content": "好", "file_ids": ["f"]},
        ),
        (
            lambda: T.AssistantThread(messages=[T.AssistantMessage(content="好")]),
            {"messages": [{"role": "user", "content": "好"}]},
        ),
        (
            lambda: T.AssistantThread(messages=[{"role": "user", "content": "好"}], metadata={}),
            {"messages": [{"role": "user", "content": "好"}], "metadata": {}},
        ),
        (
            lambda: T.ToolOutput(tool_call_id="c", output="晴", run_id="r"),
            {"tool_call_id": "c", "output": "晴", "run_id": "r"},
        ),
        (
            lambda: T.AssistantModelParameters(
                chat_parameters=T.AssistantChatParameters(temperature=0.5),
                thought_parameters=T.AssistantThoughtParameters(top_p=0.1),
            ),
            {"chat_parameters": {"temperature": 0.5}, "thought_parameters": {"top_p": 0.1}},
        ),
        (lambda: T.AssistantModelParameters(), {}),
        (lambda: T.AssistantUserInfo(id="u", nickname="昵"), {"id": "u", "nickname": "昵"}),
        (lambda: T.AssistantUserLoc(uip="127.0.0.1"), {"uip": "127.0.0.1"}),
        (
            lambda: T.AssistantTool(function=T.AssistantFunction(name="f", description="d")),
            {"type": "function", "function": {"name": "f", "description": "d"}},
        ),
        (
            lambda: T.AssistantTool(type="function", function={"name": "f"}),
            {"type": "function", "function": {"name": "f"}},
        ),
        (
            lambda: T.AssistantFunction(
                name="f",
                description="d",
                parameters=T.AssistantFunctionJsonSchema(
                    properties={"城市": {"type": "string"}}, required=["城市"]
                ),
                responses=T.AssistantFunctionJsonSchema(),
                examples=[
                    [
                        T.AssistantExample(
                            content="问",
                            function_call=T.AssistantFunctionCall(name="f", arguments="{}"),
                        )
                    ]
                ],
            ),
            {
                "name": "f",
                "description": "d",
                "parameters": {
                    "type": "object",
                    "properties": {"城市": {"type": "string"}},
                    "required": ["城市"],
                },
                "responses": {"type": "object"},
                "examples": [
                    [
                        {
                            "role": "user",
                            "content": "问",
                            "function_call": {"name": "f", "arguments": "{}"},
                        }
                    ]
                ],
            },
        ),
    ],
)
def test_built_by_keywords(built: Any, sent: Any) -> None:
    """As programs build them: what is left out has the official default or is left out."""
    assert json.loads(json.dumps(built().to_dict())) == sent
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(built(), protocol)).to_dict() == built().to_dict()


def test_built_types_are_replaced() -> None:
    """By attrs.evolve, as the types that they derive from."""
    message = T.AssistantMessage(content="好", file_ids=["file-1"])
    tool = T.AssistantTool(function={"name": "天气"})

    assert attrs.evolve(message, content="坏").to_dict() == {**message.to_dict(), "content": "坏"}
    assert attrs.evolve(tool, function={"name": "温度"}).to_dict() == {
        "type": "function",
        "function": {"name": "温度"},
    }


def test_a_tool_needs_its_function() -> None:
    """The official SDK builds one that the service refuses."""
    with pytest.raises(TypeError, match=r"expected function=AssistantFunction"):
        T.AssistantTool()


def test_built_types_are_the_wrapper_s() -> None:
    """So that they pass wherever a request type does, and can be read back."""
    message = T.AssistantMessage(content="好")

    assert isinstance(message, types.AssistantMessage)
    assert isinstance(T.AssistantTool(function={"name": "f"}), types.AssistantTool)
    assert T.AssistantMessage.from_dict(message.to_dict()) == message


def test_in_requests() -> None:
    """Types, plain dicts and enumerations side by side."""
    call = threads.threads_create(
        messages=[T.AssistantMessage(content="一"), {"role": "user", "content": "二"}]
    )
    order: Any = T.AssistantListRole.ASC
    listed = assistants.assistants_list(order=order)

    assert isinstance(call.request.body, bytes)
    assert isinstance(listed.request.body, bytes)
    assert json.loads(call.request.body) == {
        "messages": [{"role": "user", "content": "一"}, {"role": "user", "content": "二"}]
    }
    assert json.loads(listed.request.body) == {"order": "asc"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ResponseFormat", {"TEXT": "text", "JSON_OBJECT": "json_object"}),
        ("AssistantMessageRole", {"USER": "user", "ASSISTANT": "assistant"}),
        ("AssistantListRole", {"DESC": "desc", "ASC": "asc"}),
        ("AssistantMessageListRole", {"DESC": "desc", "ASC": "asc"}),
        ("RunListOrderEnum", {"DESC": "desc", "ASC": "asc"}),
        ("AssistantRunModel", {"ERNIE_4_0_8K": "ERNIE-4.0T-8K", "ERNIE_3_5_8K": "DeepSeek-V3.1"}),
        (
            "AuditStatus",
            {
                "AUDITING": -1,
                "NOT_AUDITED": 0,
                "APPROVED": 1,
                "REJECTED": 2,
                "NEEDS_FURTHER_AUDIT": 3,
                "AUDIT_FAILED_SERVICE_EXCEPTION": 4,
                "AUDIT_FAILED_TIMEOUT": 5,
            },
        ),
    ],
)
def test_enumerations(name: str, values: dict[str, object]) -> None:
    """Their members are the values on the wire, and compare with them."""
    cls: type[Enum] = getattr(T, name)

    assert {member.name: member.value for member in cls} == values
    assert [member == values[member.name] for member in cls] == [True] * len(values)
