"""The handler of each operation; one that has none is answered with an example of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from appbuilder_mock.contract import Operation
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.handlers import assistants, files, messages, runs, steps, threads
from appbuilder_mock.middleware.recorder import EXAMPLE_HEADER
from appbuilder_mock.state import Handler, MockState
from appbuilder_mock.uploads.upload import Upload

HANDLERS: Mapping[str, Handler] = {
    "createAssistant": assistants.create,
    "updateAssistant": assistants.update,
    "listAssistants": assistants.list_,
    "queryAssistant": assistants.query,
    "deleteAssistant": assistants.delete,
    "mountAssistantFile": assistants.mount,
    "listMountedFiles": assistants.list_mounted,
    "unmountAssistantFile": assistants.unmount,
    "createFile": files.create,
    "listFiles": files.list_,
    "queryFile": files.query,
    "deleteFile": files.delete,
    "downloadFile": files.download,
    "readFile": files.read,
    "createThread": threads.create,
    "queryThread": threads.query,
    "updateThread": threads.update,
    "deleteThread": threads.delete,
    "createMessage": messages.create,
    "updateMessage": messages.update,
    "listMessages": messages.list_,
    "queryMessage": messages.query,
    "listMessageFiles": messages.list_files,
    "createRun": runs.create,
    "submitToolOutputs": runs.submit_tool_outputs,
    "cancelRun": runs.cancel,
    "listRuns": runs.list_,
    "queryRun": runs.query,
    "listRunSteps": steps.list_,
    "queryRunStep": steps.query,
}


def handler_of(operation: Operation) -> Handler:
    return HANDLERS.get(operation.id) or _by_example(operation)


def _by_example(operation: Operation) -> Handler:
    """The handler of an operation that is new in the spec; its request has been validated."""

    async def answer(state: MockState, body: dict[str, Any] | Upload) -> Response:
        if isinstance(body, Upload):
            async for _ in body.chunks:  # a client that still sends sees no answer
                pass
        example = operation.example
        if state.strict or example is None:
            other = (
                "without --strict it answers with an example of openapi.yaml"
                if example
                else "its responses in openapi.yaml have no example to answer with"
            )
            raise MockApiError(
                501,
                "operation_not_implemented",
                f"this server has no handler for {operation.id} (POST {operation.path}); {other}",
            )
        headers = {EXAMPLE_HEADER: operation.id}
        if isinstance(example.value, str):
            return Response(example.value, example.status, headers, example.media_type)
        return JSONResponse(example.value, example.status, headers)

    return answer
