"""The official SDK's exceptions that a call about assistants raises, as the errors here.

One that has no class of its own here cannot be imported; the error says what to catch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiStatusError,
    AssistantsError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)

__all__ = [
    "AssistantServerException",
    "BadRequestException",
    "BaseRPCException",
    "ConflictException",
    "ForbiddenException",
    "HTTPConnectionException",
    "InsufficientStorageException",
    "InternalServerErrorException",
    "NotFoundException",
    "TooManyRequestsException",
    "UnAuthorizedException",
]

BaseRPCException = AssistantsError
BadRequestException = BadRequestError
UnAuthorizedException = AuthenticationError
ForbiddenException = PermissionDeniedError
NotFoundException = NotFoundError
ConflictException = ConflictError
TooManyRequestsException = RateLimitError
InternalServerErrorException = ServerError
InsufficientStorageException = ServerError
HTTPConnectionException = ApiConnectionError
AssistantServerException = ApiStatusError

_STATUSES = {
    "MethodNotAllowedException": 405,
    "MissingContentLengthException": 411,
    "PreconditionFailedException": 412,
    "UnprocessableEntityException": 422,
    "DependencyFailedException": 424,
}

# Hidden from type checkers, which would take any name for an existing one.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _STATUSES:
            raise ImportError(
                f"{name} has no class here: catch ApiStatusError where its status_code is "
                f"{_STATUSES[name]}; see docs/migrating.md"
            )
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
