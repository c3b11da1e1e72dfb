# Written by `make generate` from openapi.yaml; do not edit.
"""The plain dicts that a request may have in place of the models: `{"role": "user", …}`.

A key that is not required may be absent or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from .models import (
        AssistantChatParameters,
        AssistantFunction,
        AssistantMessage,
        AssistantThoughtParameters,
    )


class _AssistantFunctionRequired(TypedDict):
    name: str
    """The function's name."""


class AssistantFunctionDict(_AssistantFunctionRequired, total=False):
    """A function of the caller's, described so that the model can call it."""

    description: str | None
    """The function's purpose."""

    parameters: Mapping[str, Any] | None
    """A JSON Schema object that the arguments satisfy."""

    responses: Mapping[str, Any] | None
    """A JSON Schema object that the function's result satisfies."""

    examples: Sequence[Sequence[Mapping[str, Any]]] | None
    """Conversations in which the function is called, each a list of messages."""


class _AssistantToolRequired(TypedDict):
    type: str
    """The kind of tool: `function`."""


class AssistantToolDict(_AssistantToolRequired, total=False):
    """A tool that an assistant or a run may call.

    Requests take functions only; responses may name unknown kinds.
    """

    function: AssistantFunction | AssistantFunctionDict | None
    """The function, of a tool of that kind."""


class _AssistantMessageRequired(TypedDict):
    content: str
    """The text of the message."""


class AssistantMessageDict(_AssistantMessageRequired, total=False):
    """A message sent with a thread."""

    role: Literal["assistant", "user"] | None
    """The author of the message.

    Documented is `user`; the official client allows `assistant`, too.
    """

    file_ids: Sequence[str] | None
    """Ids of files, at most 10."""

    metadata: Mapping[str, str] | None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""


class AssistantThreadDict(TypedDict, total=False):
    """A message that a run appends to its thread first."""

    messages: Sequence[AssistantMessage | AssistantMessageDict] | None
    """At most one message, of the role `user`."""

    metadata: Mapping[str, str] | None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""


class _ToolOutputRequired(TypedDict):
    tool_call_id: str
    """The id of the tool call."""

    output: str
    """The output, as text."""


class ToolOutputDict(_ToolOutputRequired, total=False):
    """The output of one tool call."""

    run_id: str | None
    """The run to continue; needed in `tool_output` of a second run call only."""


class AssistantChatParametersDict(TypedDict, total=False):
    """Sampling parameters of the model that words the answer."""

    temperature: float | None
    """Documented is above 0, at most 1; the official client sends 0 too. Defaults to 0.8."""

    top_p: float | None
    """From 0 to 1. Defaults to 0.8."""

    penalty_score: float | None
    """From 1 to 2. Defaults to 1.0."""


class AssistantThoughtParametersDict(TypedDict, total=False):
    """Sampling parameters of the model that plans."""

    temperature: float | None
    """Documented is above 0, at most 1; the official client sends 0 too. Defaults to 0.01."""

    top_p: float | None
    """From 0 to 1. Defaults to 0."""

    penalty_score: float | None
    """From 1 to 2. Defaults to 1.0."""


class AssistantModelParametersDict(TypedDict, total=False):
    """Sampling parameters of the two models a run uses."""

    chat_parameters: AssistantChatParameters | AssistantChatParametersDict | None
    """For the model that words the answer."""

    thought_parameters: AssistantThoughtParameters | AssistantThoughtParametersDict | None
    """For the model that plans."""


class AssistantUserInfoDict(TypedDict, total=False):
    """Information on the end user."""

    id: str | None
    """The end user's id."""

    name: str | None
    """The end user's name."""

    nickname: str | None
    """The end user's nickname."""

    watermark: str | None
    """A watermark for the end user."""

    intro: str | None
    """The end user's introduction of themselves."""

    baidu_id: str | None
    """The end user's Baidu id."""


class AssistantUserLocDict(TypedDict, total=False):
    """Where the end user is."""

    loc: str | None
    """A place, as JSON text."""

    uip: str | None
    """The end user's IPv4 address."""

    uipv6: str | None
    """The end user's IPv6 address."""
