"""A typed client of Baidu AppBuilder's Assistants API.

with AppBuilder() as client:
    run = client.threads.runs.run(assistant_id="asst_…", thread_id="thread_…")
    print(client.text(run))
"""

# Not typing's, which takes longer to import than all else here; type checkers know it by its name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from . import assistant, errors, hooks, types
    from ._async.client import AsyncAppBuilder
    from ._async.streams.handlers import AsyncAssistantEventHandler, AsyncAssistantStreamManager
    from ._async.streams.run_stream import AsyncRunStream
    from ._async.streams.tool_run_stream import AsyncToolRunStream
    from ._core.calls import ToolError
    from ._core.responses.raw import RawResponse
    from ._core.retry import RetryPolicy
    from ._core.streams.events import RunEvent, UnknownEvent
    from ._core.streams.handlers import StreamRunContext
    from ._snapshot import RunSnapshot
    from ._sync.client import AppBuilder
    from ._sync.streams.handlers import AssistantEventHandler, AssistantStreamManager
    from ._sync.streams.run_stream import RunStream
    from ._sync.streams.tool_run_stream import ToolRunStream
    from ._tools.tool import Tool, tool
    from ._version import __version__
    from .errors import (
        ApiConnectionError,
        ApiStatusError,
        ApiTimeoutError,
        AssistantsError,
        Attempt,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        DeadlineExceededError,
        NoTextError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        ResponseError,
        ServerError,
        StreamInterruptedError,
        ToolLoopError,
    )
    from .types import final_text

__all__ = [
    "ApiConnectionError",
    "ApiStatusError",
    "ApiTimeoutError",
    "AppBuilder",
    "AssistantEventHandler",
    "AssistantStreamManager",
    "AssistantsError",
    "AsyncAppBuilder",
    "AsyncAssistantEventHandler",
    "AsyncAssistantStreamManager",
    "AsyncRunStream",
    "AsyncToolRunStream",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "DeadlineExceededError",
    "NoTextError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RawResponse",
    "ResponseError",
    "RetryPolicy",
    "RunEvent",
    "RunSnapshot",
    "RunStream",
    "ServerError",
    "StreamInterruptedError",
    "StreamRunContext",
    "Tool",
    "ToolError",
    "ToolLoopError",
    "ToolRunStream",
    "UnknownEvent",
    "__version__",
    "assistant",
    "errors",
    "final_text",
    "hooks",
    "tool",
    "types",
]


# Where the public names are, but for the errors and the modules.
_HOMES = {
    "AppBuilder": "_sync.client",
    "AssistantEventHandler": "_sync.streams.handlers",
    "AssistantStreamManager": "_sync.streams.handlers",
    "AsyncAppBuilder": "_async.client",
    "AsyncAssistantEventHandler": "_async.streams.handlers",
    "AsyncAssistantStreamManager": "_async.streams.handlers",
    "AsyncRunStream": "_async.streams.run_stream",
    "AsyncToolRunStream": "_async.streams.tool_run_stream",
    "RawResponse": "_core.responses.raw",
    "RetryPolicy": "_core.retry",
    "RunEvent": "_core.streams.events",
    "RunSnapshot": "_snapshot",
    "RunStream": "_sync.streams.run_stream",
    "StreamRunContext": "_core.streams.handlers",
    "Tool": "_tools.tool",
    "ToolError": "_core.calls",
    "ToolRunStream": "_sync.streams.tool_run_stream",
    "UnknownEvent": "_core.streams.events",
    "__version__": "_version",
    "final_text": "types",
    "tool": "_tools.tool",
}
_MODULES = ("assistant", "errors", "hooks", "types")


# Hidden from type checkers, which would take any name for an existing one.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used: the package itself imports nothing."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        from ._lazy import loaded

        if name in _MODULES:
            return loaded(f"{__name__}.{name}", lambda: import_module(f".{name}", __name__))
        home = f".{_HOMES.get(name, 'errors')}"
        value = loaded(f"{__name__}.{name}", lambda: getattr(import_module(home, __name__), name))
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
