"""API calls that the page makes for a person: `POST /_mock/call/<operationId>`.

They pass through the whole application, so that they are validated, match rules of the scenario
and are shown among the requests as any caller's. The token is put in here: the page does not know
it, and `access.py` decides who may call.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from appbuilder_mock.contract import the_contract
from appbuilder_mock.control.access import check_control
from appbuilder_mock.errors import not_found
from appbuilder_mock.state import state_of

FORWARDED = (
    b"host",
    b"content-type",
    b"content-length",
    b"transfer-encoding",
    b"user-agent",
)


class PageCall:
    """An endpoint that sends the request on to the operation that its path names."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        check_control(request)
        id_ = request.path_params["operation_id"]
        operation = the_contract().operations.get(id_)
        if operation is None:
            raise not_found("operation", id_, param="operation_id")
        token = state_of(request).token
        headers = [pair for pair in scope["headers"] if pair[0] in FORWARDED]
        headers.append((b"authorization", f"Bearer {token}".encode()))
        inner = {key: value for key, value in scope.items() if key not in ("path_params", "route")}
        inner |= {
            "path": operation.path,
            "raw_path": operation.path.encode(),
            "headers": headers,
        }
        await scope["app"](inner, receive, send)
