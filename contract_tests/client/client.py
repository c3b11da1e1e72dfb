"""Hand-written requests, with every check applied to their responses."""

from __future__ import annotations

import collections
import contextlib
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import ignored_auth
from schemathesis.transport.requests import ManagedCookiesSession

from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse
from contract_tests.spec.answers import is_error, is_in_band, media_type_of
from contract_tests.spec.readings import MODEL
from contract_tests.suite_state import Suite
from contract_tests.target.exchange import OpenExchange
from contract_tests.target.gateway import answer_of
from contract_tests.target.target import takes_in_band

STREAM = "text/event-stream"

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
        self._patience = suite.profile.patience  # seconds without a byte
        self._headers = {"Authorization": f"Bearer {token or suite.target.token}"}
        self._http = httpx.Client(timeout=self._patience)
        self._session = ManagedCookiesSession()  # keeps its connection, and no cookies
        self._session.headers.clear()
        # Of the mock the way is known, and each request would look through the environment for it.
        self._session.trust_env = suite.target.kind != "mock"

    def close(self) -> None:
        self._http.close()
        self._session.close()

    def send(
        self, operation_id: str, body: dict[str, Any], *, query: dict[str, str] | None = None
    ) -> Response:
        """The answer, whatever it is; a stream is read to its end. `query` is the example's."""
        case = self._case(operation_id, body)
        if query is not None:
            case.query = query
        return self._suite.validator.call_and_validate(
            case, headers=self._headers, excluded=EXCLUDED, session=self._session
        )

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
        """Send what is answered in a way that nobody knows: only our mock must give this status.

        The answer when it was a success; None when it was refused.
        """
        response = self.send(operation_id, body)
        if self._target.kind == "mock":
            self._expect(operation_id, response, status)
        refused = is_error(response)
        self.observations.note(question, "refused" if refused else "taken", operation_id)
        return None if refused else response

    def kept(self, question: str, seen: dict[str, Any], before: dict[str, Any]) -> None:
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
        """Each event of a run when it arrives; at the end the whole stream is judged.

        It is read no further than to an event that cannot be read, and no longer than the
        profile's patience without an event that is no ping.
        """
        case = self._case("createRun", {**body, "stream": True})
        for attempt in itertools.count(1):
            heard = _Heard(self._patience)
            with self._suite.gateway.open_exchange("createRun", body=case.body) as exchange:
                url = self._target.url + case.path
                with self._http.stream(
                    "POST", url, json=case.body, headers=self._headers
                ) as response:
                    chunks = heard.noted(response.iter_bytes())
                    owner = self._suite.gateway.owner_of(self._headers)
                    arriving = exchange.observe_stream(chunks, owner)
                    if response.headers.get("content-type", "").lower().startswith(STREAM):
                        with contextlib.suppress(ValueError, TypeError):
                            yield from heard.spoken(sse.events(arriving))
                    else:
                        collections.deque(arriving, maxlen=0)
                judged = _whole(response, heard.content)
                exchange.answered(judged)
            if not self._suite.gateway.should_retry(judged, attempt):
                break
        self._validate(case, judged)
        assert media_type_of(judged) == STREAM, judged.text

    def upload(self, name: str, content: bytes, content_type: str) -> dict[str, Any]:
        """The new file. Its part has a name and a type, which schemathesis cannot set."""
        case = self._case("createFile", {"file": content})
        response = self._post(
            case, files={"file": (name, content, content_type)}, headers=self._headers
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
        response = self._post(case, content=content, headers=given)
        self._validate(case, response, excluded=[not_a_server_error] if status == 500 else [])
        if status == 415 and self._target.kind != "mock":
            self.observations.note("media-type", "refused" if is_error(response) else "taken")
            if not is_error(response):
                return {}
        self._expect(operation_id, response, status)
        answer: dict[str, Any] = response.json() or {"error": None}
        return answer

    def _expect(self, operation_id: str, response: Response, status: int) -> None:
        """It has the status; an error that is expected may come under 200 instead."""
        in_band = status >= 400 and takes_in_band(self._target) and is_in_band(response)
        got = f"{operation_id}: expected {status}, got {response.status_code}: {response.text}"
        assert response.status_code == status or in_band, got
        if in_band:
            self._suite.coverage.counts_as(operation_id, status)

    def _post(self, case: Case[Any], **content: Any) -> Response:
        """The answer to a body as httpx takes it."""

        def send(_exchange: OpenExchange) -> Response:
            url = self._target.url + case.path
            response = self._http.post(url, params=case.query, **content)
            response.request.read()  # schemathesis wants to show it
            return answer_of(response)

        return self._suite.gateway.ask(spec.operation_of(case), send)

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


def _whole(response: httpx.Response, content: bytes) -> Response:
    """A stream that was read event by event, as if it had been read at once."""
    of_the_body = ("content-encoding", "content-length", "transfer-encoding")
    headers = [(name, value) for name, value in response.headers.items() if name not in of_the_body]
    whole = httpx.Response(
        response.status_code, headers=headers, content=content, request=response.request
    )
    whole.elapsed = response.elapsed
    return answer_of(whole)


class _Heard:
    """The outcome of a stream, and the time of its last event."""

    def __init__(self, patience: float) -> None:
        self.content = b""
        self._patience = patience
        self._spoke = time.monotonic()

    def noted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, as long as there are events in them."""
        try:
            for chunk in chunks:
                self.content += chunk
                yield chunk
                silent = time.monotonic() - self._spoke
                assert silent < self._patience, (
                    f"createRun: for {silent:.0f} seconds the stream had no event but pings, "
                    f"after {self.content[-200:]!r}"
                )
        except httpx.TimeoutException:
            raise AssertionError(
                f"createRun: nothing came on the stream for {self._patience} seconds, "
                f"after {self.content[-200:]!r}"
            ) from None

    def spoken(self, events: Iterator[sse.RunEvent]) -> Iterator[sse.RunEvent]:
        for event in events:
            if event.name != "ping":
                self._spoke = time.monotonic()
            yield event
            if event.name != "ping":  # the caller may have taken time over it
                self._spoke = time.monotonic()
