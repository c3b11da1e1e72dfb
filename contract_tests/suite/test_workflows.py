"""From operation to operation, along the links in openapi.yaml."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from schemathesis import Case
from schemathesis.generation.stateful.state_machine import StepInput, normalize_name
from schemathesis.specs.openapi.schemas import OpenApiSchema

from contract_tests.checks.validation import BrokenPromises
from contract_tests.client.client import EXCLUDED, CheckedClient
from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_error
from contract_tests.spec.samples import WEATHER
from contract_tests.suite_state import Suite

# The first operations of a workflow, and the tools of its runs.
WALKS = {
    "assistants-and-files": (("createAssistant", "createFile"), None),
    "runs-end": (("createThread", "createRun"), None),
    "runs-wait": (("createThread", "createRun"), [WEATHER]),
}


@pytest.mark.live_safe
@pytest.mark.parametrize(
    ("source", "name", "link"),
    [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in spec.links()],
)
def test_link(
    suite: Suite, client: CheckedClient, source: str, name: str, link: dict[str, Any]
) -> None:
    """Values that a link takes from a response make the next request succeed."""
    target = link["operationId"]
    body = suite.document.example(source)
    if target in ("submitToolOutputs", "cancelRun"):
        body = {**body, "thread_id": None, "tools": [WEATHER]}  # a run that waits
    answer = client.call(source, body)
    values = _evaluated(link["requestBody"], answer)

    response = client.send(target, {**suite.document.example(target), **values})

    assert response.status_code == 200, response.text
    assert not is_error(response), response.text
    suite.coverage.link_followed(source, name)


@pytest.mark.parametrize(("first_steps", "tools"), WALKS.values(), ids=WALKS)
def test_walk(suite: Suite, first_steps: tuple[str, ...], tools: Any) -> None:
    """Every answer of a random workflow passes every check.

    A link's values are now and then left out or mixed with generated ones.
    """
    broken: list[BrokenPromises] = []
    links = {_label(source, name, link): (source, name) for source, name, link in spec.links()}

    @hypothesis.seed(suite.schema.config.seed)
    class Walk(_machine(suite.schema, first_steps)):  # type: ignore[misc]
        def step(self, input: StepInput) -> Any:
            output = super().step(input)
            if input.transition and input.is_applied and not is_error(output.response):
                suite.coverage.link_followed(*links[input.transition.id])
            return output

        def validate_response(self, response: Any, case: Case[Any], **options: Any) -> None:
            try:
                suite.validator.validate_response(
                    case,
                    response,
                    excluded_checks=[*EXCLUDED],
                    transport_kwargs=self.get_call_kwargs(case),
                )
            except BrokenPromises as error:
                broken.append(error)
                raise

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return {"base_url": suite.target.url}

        def before_call(self, case: Case[Any]) -> None:
            if spec.operation_of(case) == "createRun":
                # A link reads ids out of a JSON answer and cannot out of a stream.
                case.body = {**spec.body_of(case), "stream": False, "tools": tools}

    try:
        Walk.run(settings=_settings(suite.schema))
    except Exception:
        # Hypothesis repeats the workflow to explain it, with the server in another state.
        if broken:
            raise broken[0] from None
        raise


def _label(source: str, name: str, link: dict[str, Any]) -> str:
    """Schemathesis's name for a link."""
    target = link["operationId"]
    return f"POST {spec.path(source)} -> [200] {name} -> POST {spec.path(target)}"


def _evaluated(part: Any, answer: Any) -> Any:
    """The values of a link, each `$response.body#/…` replaced by what is there in the answer."""
    if isinstance(part, dict):
        return {name: _evaluated(value, answer) for name, value in part.items()}
    if isinstance(part, list):
        return [_evaluated(value, answer) for value in part]
    if isinstance(part, str) and part.startswith("$response.body#/"):
        for key in part.partition("#/")[2].split("/"):
            answer = answer[int(key) if isinstance(answer, list) else key]
        return answer
    return part


def _machine(schema: OpenApiSchema, first_steps: tuple[str, ...]) -> Any:
    """Sequences begin with one of these creations; all other operations come along a link."""
    machine = schema.as_state_machine()
    for operation_id in spec.operations().keys() - set(first_steps):
        setattr(machine, normalize_name(f"RANDOM -> POST {spec.path(operation_id)}"), None)
    return machine


def _settings(schema: OpenApiSchema) -> hypothesis.settings:
    return hypothesis.settings(
        schema.config.get_hypothesis_settings(phase="stateful"),
        phases=[Phase.generate],
        stateful_step_count=schema.config.phases.stateful.max_steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
