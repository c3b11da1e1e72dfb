"""Hand-written requests, with every check applied to their responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import ignored_auth

from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse
from contract_tests.spec.answers import is_error, is_example, is_in_band, is_stream
from contract_tests.spec.readings import MODEL
from contract_tests.suite_state import Suite
from contract_tests.target.connection import Connection
from contract_tests.target.target import takes_in_band

# Excluded: it sends every request that succeeds twice more. test_tokens.py tries bad tokens at
# every operation, once, and test_operations.py keeps this check.
EXCLUDED = (ignored_auth,)


class CheckedClient:
    """Calls one target; to be closed."""

    def __init__(self, suite: Suite, token: str | None = None) -> None:
        self.document = suite.document
        self.observations = suite.observations
        self._suite = suite
        self._target = suite.target
        self._connection = Connection(suite.gateway, token or suite.target.token)
        self._headers = self._connection.headers

    def close(self) -> None:
        self._connection.close()

    def send(
        self, operation_id: str, body: dict[str, Any], *, query: dict[str, str] | None = None
    ) -> Response:
        """The answer, error or not; a stream is read to its end. `query` is the example's."""
        case = self._case(operation_id, body)
        if query is not None:
            case.query = query
        response = self._suite.validator.call_and_validate(
            case, headers=self._headers, excluded=EXCLUDED, session=self._connection.session
        )
        _skip_examples(operation_id, response)
        return response

    def call(
        self,
        operation_id: str,
        body: dict[str, Any],
        *,
        status: int = 200,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """The JSON answer, which must have this status, as far as the spec names its fields."""
        body = self.complete(operation_id, body)
        response = self.send(operation_id, body, query=query)
        if status == 200 and self._lacks_model(operation_id, body, response):
            self._suite.assistant_needs["model"] = MODEL
            response = self.send(operation_id, {**body, **self._suite.assistant_needs}, query=query)
        self._expect(operation_id, response, status)
        answer: dict[str, Any] = response.json() or {"error": None}
        assert ("error" in answer) == (status >= 400), answer
        return answer if status >= 400 else spec.known(operation_id, answer)

    def observe(
        self, question: str, operation_id: str, body: dict[str, Any], *, status: int
    ) -> Response | None:
        """Send a request with an unknown outcome: only our mock must answer with this status.

        Returns the answer of a success; None if the request was refused.
        """
        response = self.send(operation_id, body)
        if self._target.kind == "mock":
            self._expect(operation_id, response, status)
        refused = is_error(response)
        self.observations.note(question, "refused" if refused else "taken", operation_id)
        return None if refused else response

    def check_unchanged(self, question: str, seen: dict[str, Any], before: dict[str, Any]) -> None:
        """Hold our mock to leaving an object as it was; note what another server does."""
        names = sorted(seen.keys() | before.keys())
        changed = [name for name in names if seen.get(name) != before.get(name)]
        if self._target.kind == "mock":
            differences = {name: (before.get(name), seen.get(name)) for name in changed}
            assert not changed, f"expected it to stay as it was; before and after: {differences}"
        self.observations.note(question, "changed" if changed else "kept")

    def complete(self, operation_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """The body with what this target turned out to need of a new assistant."""
        lacks = operation_id == "createAssistant" and not body.get("model")
        return {**body, **self._suite.assistant_needs} if lacks else body

    def stream(self, body: dict[str, Any]) -> Iterator[sse.RunEvent]:
        """Each event of a run when it arrives; at the end the whole stream is validated."""
        body = {**body, "stream": True}
        case = self._case("createRun", body)
        response = yield from self._connection.stream("createRun", body)
        self._validate(case, response)
        assert is_stream(response), response.text

    def upload(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        """Upload a file; its part has a name and a type, which schemathesis cannot set."""
        case = self._case("createFile", {"file": content})
        file = {"file": (name, content, content_type)}
        response = self._connection.post(
            "createFile", params=case.query, files=file, headers=self._headers
        )
        self._validate(case, response)
        self._expect("createFile", response, 200)
        return spec.known("createFile", response.json())

    def refused(
        self,
        operation_id: str,
        content: bytes,
        *,
        status: int,
        content_type: str = "application/json",
        authorization: str | None = None,
    ) -> dict[str, Any]:
        """The error that answers these bytes, which must have this status, even 500.

        Whether another server than our mock refuses a media type (415) is not known: {} if not.

        `authorization` is sent instead of the token; an empty header is not sent.
        """
        case = self._case(operation_id, {})
        headers = {**self._headers, "Content-Type": content_type}
        if authorization is not None:
            headers["Authorization"] = authorization
        given = {name: value for name, value in headers.items() if value}
        response = self._connection.post(
            operation_id, params=case.query, content=content, headers=given
        )
        self._validate(case, response, excluded=[not_a_server_error] if status == 500 else [])
        _skip_examples(operation_id, response)
        if status == 415 and self._target.kind != "mock":
            self.observations.note("media-type", "refused" if is_error(response) else "taken")
            if not is_error(response):
                return {}
        self._expect(operation_id, response, status)
        answer: dict[str, Any] = response.json() or {"error": None}
        return answer

    def _expect(self, operation_id: str, response: Response, status: int) -> None:
        """Assert the status; an expected error may come under 200 instead."""
        in_band = status >= 400 and takes_in_band(self._target) and is_in_band(response)
        got = f"{operation_id}: expected {status}, got {response.status_code}: {response.text}"
        assert response.status_code == status or in_band, got
        if in_band:
            self._suite.coverage.counts_as(operation_id, status)

    def _validate(
        self, case: Case[Any], response: Response, *, excluded: Sequence[Any] = ()
    ) -> None:
        self._suite.validator.validate_response(
            case,
            response,
            headers=self._headers,
            excluded_checks=[*EXCLUDED, *excluded],
            transport_kwargs={"base_url": self._target.url, "headers": dict(self._headers)},
        )

    def _lacks_model(self, operation_id: str, body: dict[str, Any], response: Response) -> bool:
        """Whether a new assistant was refused that has no model yet, as it may need one."""
        is_new = operation_id == "createAssistant" and not body.get("model")
        return is_new and not self._suite.assistant_needs and is_error(response)

    def _case(self, operation_id: str, body: dict[str, Any]) -> Case[Any]:
        operation = self._suite.schema.find_operation_by_id(operation_id)
        query = spec.query_example(operation_id)
        return operation.Case(body=body, query=query, media_type=spec.media_type(operation_id))


def _skip_examples(operation_id: str, response: Response) -> None:
    """Skip a test of an operation that the mock answers with an example only."""
    if is_example(response):
        pytest.skip(f"the mock has no handler for {operation_id}: it answers with an example")
