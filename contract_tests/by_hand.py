"""Requests made by hand, whose answers are held to every check all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error

from . import spec, sse
from .contract import PROFILE, schema
from .target import Target
from .wire import wire

TIMEOUT = PROFILE.patience  # seconds without a byte


class Caller:
    """Calls one target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._headers = {"Authorization": f"Bearer {target.token}"}

    def send(
        self, operation_id: str, body: dict[str, Any], *, query: dict[str, str] | None = None
    ) -> Response:
        """The answer, whatever it is; a stream is read to its end. `query` is the example's."""
        case = _case(operation_id, body)
        if query is not None:
            case.query = query
        return case.call_and_validate(base_url=self._target.url, headers=self._headers)

    def call(
        self,
        operation_id: str,
        body: dict[str, Any],
        *,
        status: int = 200,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """The JSON answer, which must have this status."""
        response = self.send(operation_id, body, query=query)
        answer: dict[str, Any] = response.json()

        assert response.status_code == status, answer
        assert ("error" in answer) == (status >= 400), answer
        return answer

    def stream(self, body: dict[str, Any]) -> Iterator[sse.Event]:
        """Each event of a run when it arrives; at the end the whole stream is judged."""
        case = _case("createRun", {**body, "stream": True})
        url = self._target.url + case.path
        chunks: list[bytes] = []
        with wire.passage(
            "createRun", base_url=self._target.url, body=case.body, whole=False
        ) as answered:
            with httpx.stream(
                "POST", url, json=case.body, headers=self._headers, timeout=TIMEOUT
            ) as response:
                yield from sse.events(_noted(response.iter_raw(), chunks))
            whole = httpx.Response(
                response.status_code,
                headers=response.headers,
                content=b"".join(chunks),
                request=response.request,
            )
            whole.elapsed = response.elapsed
            judged = Response.from_any(whole)
            answered(judged)
        self._judge(case, judged)

    def upload(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        """The new file. Its part says its name and type, which schemathesis cannot be told."""
        case = _case("createFile", {"file": content})

        def send() -> Response:
            response = httpx.post(
                self._target.url + case.path,
                params=case.query,
                files={"file": (name, content, content_type)},
                headers=self._headers,
                timeout=TIMEOUT,
            )
            response.request.read()  # schemathesis wants to show it
            return Response.from_any(response)

        response = wire.ask("createFile", send, base_url=self._target.url)
        self._judge(case, response)
        answer: dict[str, Any] = response.json()
        assert response.status_code == 200, answer
        return answer

    def refused(
        self,
        operation_id: str,
        content: bytes,
        *,
        status: int,
        content_type: str = "application/json",
        token: str | None = None,
    ) -> dict[str, Any]:
        """The error that answers these bytes, which must have this status, even 500."""
        case = _case(operation_id, {})
        headers = {"Content-Type": content_type, **self._headers}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"

        def send() -> Response:
            response = httpx.post(
                self._target.url + case.path,
                params=case.query,
                content=content,
                headers=headers,
                timeout=TIMEOUT,
            )
            return Response.from_any(response)

        response = wire.ask(operation_id, send, base_url=self._target.url)
        self._judge(case, response, excluded=[not_a_server_error] if status == 500 else [])
        answer: dict[str, Any] = response.json()
        assert response.status_code == status, answer
        return answer

    def _judge(self, case: Case[Any], response: Response, *, excluded: Sequence[Any] = ()) -> None:
        case.validate_response(
            response,
            headers=self._headers,
            excluded_checks=[*excluded],
            transport_kwargs={"base_url": self._target.url, "headers": dict(self._headers)},
        )


def _case(operation_id: str, body: dict[str, Any]) -> Case[Any]:
    operation = schema.find_operation_by_id(operation_id)
    query = spec.query_example(operation_id)
    return operation.Case(body=body, query=query, media_type=spec.media_type(operation_id))


def _noted(chunks: Iterator[bytes], notes: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        notes.append(chunk)
        yield chunk
