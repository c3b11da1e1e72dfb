# Written by `make generate` from openapi.yaml; do not edit.
"""Shapes of the objects within requests: their fields, their parts, and what is sent by default."""

from __future__ import annotations

from appbuilder_assistants._core.bodies import Shape

AssistantFunction = Shape(("name", "description", "parameters", "responses", "examples"))
AssistantTool = Shape(("type", "function"), parts={"function": AssistantFunction})
AssistantMessage = Shape(("content", "role", "file_ids", "metadata"), defaults={"role": "user"})
AssistantThread = Shape(("messages", "metadata"), parts={"messages": AssistantMessage})
ToolOutput = Shape(("tool_call_id", "output", "run_id"))
AssistantChatParameters = Shape(("temperature", "top_p", "penalty_score"))
AssistantThoughtParameters = Shape(("temperature", "top_p", "penalty_score"))
AssistantModelParameters = Shape(
    ("chat_parameters", "thought_parameters"),
    parts={
        "chat_parameters": AssistantChatParameters,
        "thought_parameters": AssistantThoughtParameters,
    },
)
AssistantUserInfo = Shape(("id", "name", "nickname", "watermark", "intro", "baidu_id"))
AssistantUserLoc = Shape(("loc", "uip", "uipv6"))
