# Written by scripts/unasync.py from _async/assistants.py; do not edit.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants import _operations as ops

from ._caller import Caller

if TYPE_CHECKING:
    from appbuilder_assistants.types import Assistant, AssistantTool, Json


class Assistants:
    """Assistants (助手): the instructions, tools and files that runs work with."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(
        self,
        name: str,
        description: str | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[AssistantTool | Json] | None = None,
        file_ids: Sequence[str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Assistant:
        """Create an assistant; only its name is required.

        The name has 1 to 128 characters: Chinese ideographs, ASCII letters, digits, `_`, `-`.
        What is None is left to the service. Never repeated after a lost answer, which may have
        created one.  (createAssistant)
        """
        call = ops.assistants_create(
            name=name,
            description=description,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            tools=tools,
            file_ids=file_ids,
            metadata=metadata,
        )
        return self._caller.run(call)
