"""Validation of a response by every check, and an exception that names the broken promises."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import requests
from schemathesis import Case, Response
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import IgnoredAuth
from schemathesis.specs.openapi.checks import response_schema_conformance

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_example
from contract_tests.target.gateway import Gateway

from .registry import checks_of
from .seen import Seen

LONGEST_ANSWER = 2000  # characters of an answer's body that a failure shows


class BrokenPromises(AssertionError):
    """A response breaks promises of openapi.yaml.

    schemathesis raises a FailureGroup, which is no Exception: a fixture that raises one is neither
    set up nor known to have failed. `request` is the one to send again: of a check that sends
    requests of its own, the `probe` that broke the promise.
    """

    def __init__(
        self,
        operation_id: str,
        failures: Sequence[Failure],
        response: Response,
        probe: requests.PreparedRequest | None = None,
    ) -> None:
        self.operation_id = operation_id
        self.failures = sorted(failures)
        of_a_probe = probe if isinstance(self.failures[0], IgnoredAuth) else None
        self.request: requests.PreparedRequest = of_a_probe or response.request
        broken = "\n".join(_described(failure, response) for failure in self.failures)
        super().__init__(f"{operation_id}: {broken}\n{_answer(response)}")

    @property
    def checks(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        return tuple(dict.fromkeys(map(check_name, self.failures)))


class Validator:
    """Holds responses of one target to the checks of schemathesis and to ours."""

    def __init__(self, gateway: Gateway, seen: Seen) -> None:
        self._gateway = gateway
        self._checks = checks_of(seen)

    def validate_response(self, case: Case[Any], response: Response, **options: Any) -> None:
        """Apply every check; `options` are schemathesis' own. Raises BrokenPromises.

        An example of the spec must fit its schema; it is not about the request.
        """
        __tracebackhide__ = True
        checks: dict[str, Any] = {"additional_checks": self._checks}
        if is_example(response):
            checks = {"checks": [response_schema_conformance]}
        try:
            case.validate_response(response, **checks, **options)
        except FailureGroup as group:
            newest = self._gateway.newest
            probe = newest.request if newest is not None else None
            operation_id = spec.operation_of(case)
            raise BrokenPromises(operation_id, group.exceptions, response, probe) from None

    def call_and_validate(
        self,
        case: Case[Any],
        *,
        headers: dict[str, str] | None = None,
        excluded: Sequence[Any] = (),
        session: requests.Session | None = None,
    ) -> Response:
        """The response to a case, when it keeps every promise. Raises BrokenPromises.

        Without `headers` the case has the token that the schema was loaded with.
        """
        __tracebackhide__ = True
        url = self._gateway.target.url
        response: Response = case.call(url, session, headers=headers)
        sent = {} if headers is None else {"headers": dict(headers)}
        self.validate_response(
            case,
            response,
            headers=headers,
            excluded_checks=[*excluded],
            transport_kwargs={"base_url": url, **sent},
        )
        return response


def check_name(failure: Failure) -> str:
    """The check that schemathesis ran: one of its own, or one of ours by its function's name."""
    return failure.checks[0] if failure.checks else failure.title.rpartition(": ")[2].strip("`")


def _described(failure: Failure, response: Response) -> str:
    """The problem, in one line if possible."""
    if not failure.checks:  # our checks have sentences as messages
        return f"{failure.message} ({check_name(failure)})"
    message = failure.message.strip() or f"got {response.status_code} {response.message}"
    if "\n" not in message:
        return f"{failure.title}: {message}"
    first, _, rest = message.partition("\n")
    return f"{failure.title}: {first}\n{textwrap.indent(rest.strip(chr(10)), '    ')}"


def _answer(response: Response) -> str:
    text = response.content.decode("utf-8", "replace") if response.content else ""
    cut = "" if len(text) <= LONGEST_ANSWER else f"… ({len(text)} characters)"
    said = f"{text[:LONGEST_ANSWER]}{cut}" or "(an empty body)"
    return f"The answer was {response.status_code} {response.message}:\n    {said}"
