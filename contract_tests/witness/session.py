"""The requests of one session, and what their responses show by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from schemathesis import Response

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_error, is_in_band, is_stream
from contract_tests.spec.readings import Observations
from contract_tests.target.connection import Connection
from contract_tests.target.gateway import Gateway
from contract_tests.target.limits import RunBudgetExhausted
from contract_tests.target.liveness import TargetStopped
from contract_tests.target.target import UnusableTarget

from .findings import Findings

REQUEST_ID = "x-appbuilder-request-id"
CALLS = 50  # requests of a session at most, without the deletions at its end
RATE_CODES = ("4", "18", "336501", "429")


class NotAsked(Exception):
    """A question cannot be asked, or its answer says nothing of it; its facts stay open."""


@dataclass
class Session:
    """Sends requests about one account, and keeps each response with its operation."""

    gateway: Gateway
    findings: Findings = field(default_factory=Findings)
    observations: Observations = field(default_factory=Observations)
    responses: list[tuple[str, Response]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)  # the ids of a run that has completed
    calls: int = 0

    def __post_init__(self) -> None:
        self._connection = Connection(self.gateway, self.gateway.target.token)
        self._succeeded: set[str] = set()

    def close(self) -> None:
        self._connection.close()

    def send(self, operation_id: str, body: Any = None, **content: Any) -> Response:
        """The response, error or not. Raises NotAsked when there is none, or it is no answer."""
        if not content and body is not None:
            content = {"json": body}
        headers = self._connection.headers
        return self._sent(
            operation_id, lambda: self._connection.post(operation_id, headers=headers, **content)
        )

    def taken(self, operation_id: str, body: Any = None, **content: Any) -> Any:
        """The JSON object of a success. Raises NotAsked for a refusal."""
        response = self.send(operation_id, body, **content)
        if is_error(response):
            raise NotAsked(f"{operation_id} was refused ({_status(response)})")
        return response.json()

    def stream(self, body: dict[str, Any]) -> Response:
        """The response to a streamed run, read to its end."""

        def read() -> Response:
            events = self._connection.stream("createRun", {**body, "stream": True})
            while True:
                try:
                    next(events)
                except StopIteration as end:
                    response: Response = end.value
                    return response

        return self._sent("createRun", read)

    def refuses(self, fact_id: str, operation_id: str, body: Any, *, question: str = "") -> None:
        """Ask whether a server refuses a request that contradicts a fact.

        Another request of the operation must have succeeded, so that this one is refused for that.
        """
        response = self._probe(operation_id, body, question)
        refused = is_error(response)
        self.findings.holds(fact_id, refused, "refused" if refused else "taken")

    def answers(
        self,
        operation_id: str,
        status: int,
        body: Any,
        *,
        question: str,
        control: str = "",
        **content: Any,
    ) -> None:
        """Ask for the status of a refusal; one under status 200 leaves its status open."""
        response = self._probe(operation_id, body, question, control=control, **content)
        self._status_is(f"{operation_id} {status}", status, response)

    def is_gone(self, delete: str, look_up: str, body: Any) -> None:
        """Ask for something deleted, which could be looked up before."""
        response = self._probe(look_up, body, "deleted")
        self._status_is(f"{delete}/description", 404, response)

    def _status_is(self, fact_id: str, status: int, response: Response) -> None:
        seen = f"status {_status(response)}"
        if is_in_band(response):
            self.findings.note(fact_id, "open", seen)
        else:
            self.findings.holds(fact_id, response.status_code == status, seen)

    def _probe(
        self, operation_id: str, body: Any, question: str, *, control: str = "", **content: Any
    ) -> Response:
        """The response, if another request of the operation or of its `control` succeeded."""
        if (control or operation_id) not in self._succeeded:
            raise NotAsked(f"no other {control or operation_id} succeeded")
        response = self.send(operation_id, body, **content)
        if question:
            reading = "refused" if is_error(response) else "taken"
            self.observations.note(question, reading, operation_id)
        return response

    def _sent(self, operation_id: str, send: Callable[[], Response]) -> Response:
        if self.calls == CALLS:
            raise NotAsked(f"{operation_id} was not sent: all {CALLS} requests are made")
        self.calls += 1
        try:
            response = send()
        except (httpx.HTTPError, TargetStopped, AssertionError) as error:
            raise NotAsked(f"{operation_id}: no answer ({type(error).__name__})") from None
        except RunBudgetExhausted as error:
            raise NotAsked(str(error)) from None
        if self.calls == 1 and response.status_code in (401, 403):
            raise UnusableTarget("the service refuses the token; nothing else was sent")
        if _is_no_answer(response):
            raise NotAsked(f"{operation_id}: status {_status(response)}, which answers nothing")
        self.responses.append((operation_id, response))
        self._look_at(operation_id, response)
        return response

    def _look_at(self, operation_id: str, response: Response) -> None:
        """Note what any response shows: its headers and required fields."""
        place = "RequestId (headers)"
        values = response.headers.get(REQUEST_ID)
        seen = f"{'sent' if values else 'not sent'} by {operation_id}"
        self.findings.holds(f"{place}/required", values is not None, seen)
        if values:
            self.findings.holds(f"{place}/minLength", bool(values[0]), seen)
        if is_error(response):
            body = _json(response)
            error = body.get("error") if isinstance(body, dict) else None
            if isinstance(error, str):
                self.findings.holds("ErrorEnvelope.error/minLength", bool(error), repr(error))
            if isinstance(error, dict):
                self._fields("ErrorDetail", error, operation_id)
            return
        self._succeeded.add(operation_id)
        if spec.answers_bytes(operation_id) or is_stream(response):
            return
        name = spec.answered_schema(operation_id)
        body = _json(response)
        if isinstance(body, dict) and operation_id.startswith("list"):
            self._fields(f"{name}List", body, operation_id)
            data = body.get("data")
            items = data if isinstance(data, list) else []
        else:
            items = [body]
        for item in items:
            if isinstance(item, dict):
                self._fields(name, item, operation_id)

    def _fields(self, schema: str, value: dict[str, Any], operation_id: str) -> None:
        for name in spec.DOCUMENT["components"]["schemas"].get(schema, {}).get("required", ()):
            seen = f"{'in' if name in value else 'not in'} a response of {operation_id}"
            self.findings.holds(f"{schema}.{name}/required", name in value, seen)


def _json(response: Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _status(response: Response) -> str:
    in_band = ", an error" if is_in_band(response) else ""
    return f"{response.status_code}{in_band}"


def _is_no_answer(response: Response) -> bool:
    """Whether it is about the token, the rate or the server's state, and not about the request."""
    if response.status_code in (401, 403, 429) or response.status_code >= 500:
        return True
    body = _json(response) if is_in_band(response) else None
    if not isinstance(body, dict):
        return False
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else body.get("error_code")
    return str(code) in RATE_CODES or "qps" in str(body).lower()
