"""Every way a call can fail, as one tree.

    AssistantsError                every failure              .attempts .operation .request_id
    ├── ApiConnectionError         no usable reply            .reached_server
    │   ├── ApiTimeoutError        it did not come in time
    │   │   └── DeadlineExceededError  the call's deadline passed .cancelled
    │   └── StreamInterruptedError the stream broke off       .snapshot .run_id .thread_id
    ├── ApiStatusError             the service said no        .status_code .code .message .param
    │   ├── BadRequestError          400                      .request_id .retry_after
    │   ├── AuthenticationError      401
    │   ├── PermissionDeniedError    403
    │   ├── NotFoundError            404
    │   ├── ConflictError            409
    │   ├── RateLimitError           429
    │   └── ServerError              500 to 599
    ├── ResponseError              a 2xx response that does not match the API      .status_code
    ├── NoTextError                an object without the text asked for   .run
    └── ToolLoopError              a run asked for tools once too often   .run .rounds

Wrong use (no token, a value that JSON cannot hold, a stream read twice) is a `ValueError`,
`TypeError` or `RuntimeError` and is raised before anything is sent. `ToolError` is not in the
tree: it is yours to raise, in a tool, and reaches the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ._models import RunResult
    from ._snapshot import RunSnapshot

__all__ = [
    "ApiConnectionError",
    "ApiStatusError",
    "ApiTimeoutError",
    "AssistantsError",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "DeadlineExceededError",
    "NoTextError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ResponseError",
    "ServerError",
    "StreamInterruptedError",
    "ToolLoopError",
]


class Origin(NamedTuple):
    """Which call an error belongs to; None where that is not known."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    request_id: str | None = None


NOWHERE = Origin()


class Attempt(NamedTuple):
    """One request of a call that failed.

    `error` is its outcome, `status_code` is None when no reply came, `seconds` is how long
    it took and `waited` how long the client paused before the next one (0 behind the last).
    """

    error: str
    status_code: int | None = None
    request_id: str | None = None
    seconds: float = 0.0
    waited: float = 0.0


class AssistantsError(Exception):
    """The root: catch this to catch every failure of a call.

    `operation` is the operationId in openapi.yaml, `method` and `path` are what was asked for.
    `request_id` is what the service's support asks for: the response's `X-Appbuilder-Request-Id`,
    or the id that was sent where no reply came. `attempts` are the requests that were made, in
    order: more than one when the call was tried again.
    """

    # Every argument but the first has a default, or the errors could not be pickled.
    def __init__(self, message: str = "", *, origin: Origin = NOWHERE) -> None:
        super().__init__(message)
        self.message = message
        self.operation = origin.operation
        self.method = origin.method
        self.path = origin.path
        self.request_id = origin.request_id
        self.attempts: tuple[Attempt, ...] = ()

    def __str__(self) -> str:
        more = [f"request id {self.request_id}"] if self.request_id else []
        if len(self.attempts) > 1:
            more.append(f"after {len(self.attempts)} attempts")
        return f"{self._summary()} ({', '.join(more)})" if more else self._summary()

    def _summary(self) -> str:
        return f"{self.operation}: {self.message}" if self.operation else self.message


class ApiConnectionError(AssistantsError):
    """No usable reply came.

    `reached_server` is False when the request provably never arrived, so that repeating it
    cannot do anything twice.
    """

    def __init__(
        self, message: str = "", *, reached_server: bool = True, origin: Origin = NOWHERE
    ) -> None:
        super().__init__(message, origin=origin)
        self.reached_server = reached_server


class ApiTimeoutError(ApiConnectionError):
    """The connection or the reply did not come in time."""


class DeadlineExceededError(ApiTimeoutError):
    """The call's own deadline passed: of all its attempts, pauses, tools and its stream together.

    `cancelled` says whether the run was cancelled on the server, as `on_deadline="cancel"` asks;
    the message has the outcome.
    `run_id` and `thread_id` are those of a streamed run, if known in time.
    """

    cancelled: bool = False
    run_id: str | None = None
    thread_id: str | None = None


class StreamInterruptedError(ApiConnectionError):
    """A stream broke off, went silent or became unreadable before its final event.

    `snapshot` holds what was received. Where that names the run, it was looked up, and the message
    says with what outcome; one that has ended is no such error. The run itself may still be going
    on: ask `client.threads.runs.query` before starting another.
    """

    def __init__(
        self,
        message: str = "",
        *,
        snapshot: RunSnapshot | None = None,
        origin: Origin = NOWHERE,
    ) -> None:
        super().__init__(message, origin=origin)
        if snapshot is None:
            from ._snapshot import RunSnapshot

            snapshot = RunSnapshot()
        self.snapshot = snapshot

    @property
    def run_id(self) -> str | None:
        """The run, if it is known that it began."""
        return self.snapshot.run_id

    @property
    def thread_id(self) -> str | None:
        """The run's thread, which the service may have made for it."""
        return self.snapshot.thread_id


class ApiStatusError(AssistantsError):
    """The service refused the call.

    The class follows the HTTP status. The service also refuses under HTTP 200 with an error
    object in the body; then `status_code` is 200 and the class follows the error's own code
    or type (`ApiStatusError` itself if they name none).

    `code` and `param` are None when the response does not name them. `retry_after` is in seconds.
    """

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int = 0,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        origin: Origin = NOWHERE,
    ) -> None:
        super().__init__(message, origin=origin)
        self.status_code = status_code
        self.code = code
        self.param = param
        self.retry_after = retry_after

    def _summary(self) -> str:
        code = f" {self.code}" if self.code else ""
        return f"{self.status_code}{code}: {self.message}"


class BadRequestError(ApiStatusError):
    """400: the request breaks a rule; `param` may name the field."""


class AuthenticationError(ApiStatusError):
    """401: the token is missing, wrong or out of date."""


class PermissionDeniedError(ApiStatusError):
    """403: the token is right but may not do this."""


class NotFoundError(ApiStatusError):
    """404: no such assistant, thread, run, step or route."""


class ConflictError(ApiStatusError):
    """409: the object is not in a state that allows this."""


class RateLimitError(ApiStatusError):
    """429: too many calls, or a quota is used up: `code` says which, where the service does.

    `retry_after` says how long to wait, where the service does.
    """


class ServerError(ApiStatusError):
    """5xx: the service, or a proxy in front of it, failed."""


class ResponseError(AssistantsError):
    """A 2xx response that does not match the API: not JSON, the wrong kind, a field missing.

    `status_code` is None if no single response is the cause: a list without end.
    """

    def __init__(
        self, message: str = "", *, status_code: int | None = None, origin: Origin = NOWHERE
    ) -> None:
        super().__init__(message, origin=origin)
        self.status_code = status_code


class NoTextError(AssistantsError):
    """There is no text to give: the message says why, and what to do.

    The run has not ended, or not well; it completed without an answer; or the object does not hold
    the text. `run` is the run that was asked about, None for a message.
    """

    def __init__(
        self, message: str = "", *, run: RunResult | None = None, origin: Origin = NOWHERE
    ) -> None:
        super().__init__(message, origin=origin)
        self.run = run


class ToolLoopError(AssistantsError):
    """A run asked for tools in more rounds than `max_rounds`. It was cancelled.

    `run` is its last known state (None if its stream had none), `rounds` the number of rounds.
    """

    def __init__(
        self,
        message: str = "",
        *,
        run: RunResult | None = None,
        rounds: int = 0,
        origin: Origin = NOWHERE,
    ) -> None:
        super().__init__(message, origin=origin)
        self.run = run
        self.rounds = rounds
