"""Rules on requests that depend on the server's state, and the mapping of generated ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from schemathesis import Case, HookContext, Response
from schemathesis.core import NotSet
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import (
    IgnoredAuth,
    JsonSchemaError,
    MissingHeaders,
    RejectedPositiveData,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from contract_tests.spec import document as spec
from contract_tests.spec import known_facts
from contract_tests.spec.answers import is_error
from contract_tests.spec.readings import Observations
from contract_tests.target.gateway import Gateway
from contract_tests.target.target import takes_in_band

Body = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """A request that the schema allows and the server may refuse with 400, by its state.

    `field` is what the answer's `param` begins with, when there is one.
    """

    operation_id: str
    field: str
    words: str
    broken: Callable[[Body], bool]


RULES = (
    Rule(
        "createAssistant",
        "name",
        "an assistant may need a name",
        lambda body: not body.get("name"),
    ),
    Rule(
        "createAssistant",
        "model",
        "an assistant may need a model, and one that is in service",
        lambda body: True,
    ),
    Rule(
        "createRun",
        "thread",
        "the thread may be empty, or end in an assistant's message",
        lambda body: bool(body.get("thread_id")) and not _messages(body),
    ),
    Rule(
        "createRun",
        "tool_output",
        "the run may wait for another call",
        lambda body: bool(body.get("tool_output")),
    ),
    Rule(
        "submitToolOutputs",
        "tool_outputs",
        "the run may wait for other calls",
        lambda body: True,
    ),
)

# The ids of an operation's example that take the place of generated ones, which name nothing.
# Examples and coverage send the example's ids anyhow. A workflow must not: it would depend on what
# earlier workflows did to those objects. Only assistants and files stay unchanged.
#
# That also keeps what is shared from being deleted: the example of each operation that deletes
# names a thing that no other example names.
KNOWN_IDS = {
    "fuzzing": ("assistant_id", "file_id", "thread_id", "message_id", "run_id", "step_id"),
    "stateful": ("assistant_id", "file_id"),
}


def broken(case: Case[Any]) -> Iterator[Rule]:
    """The rules that a request may break; none when it breaks the schema."""
    if is_positive(case) and isinstance(case.body, dict):
        for rule in RULES:
            if rule.operation_id == spec.operation_of(case) and rule.broken(case.body):
                yield rule


class RequestRules:
    """The rules for one target, by its document and its kind."""

    def __init__(
        self, document: spec.Document, gateway: Gateway, observations: Observations
    ) -> None:
        self._document = document
        self._gateway = gateway
        self._observations = observations

    def register(self, schema: OpenApiSchema) -> None:
        """Register the rules as hooks of schemathesis."""

        @schema.hook
        def map_case(_context: HookContext, case: Case[Any]) -> Case[Any]:
            return self.map_case(case)

        @schema.hook
        def before_add_examples(_context: HookContext, examples: list[Case[Any]]) -> None:
            """Map the examples, too: schemathesis does not, and combines those of single fields."""
            examples[:] = map(self.map_case, examples)

        @schema.hook
        def filter_failure(
            _context: HookContext, failure: Failure, case: Case[Any], response: Response
        ) -> bool:
            return self.is_failure(failure, case, response)

    def is_failure(self, failure: Failure, case: Case[Any], response: Response) -> bool:
        """Whether a failure is one: some only look like it.

        That is a 400 for a broken rule, though the schema allows the request; a file that is JSON
        itself, or null where there is none, though JSON in place of a file's bytes is otherwise an
        error; and an error under status 200, which schemathesis takes for a success.
        """
        if takes_in_band(self._gateway.target):
            if isinstance(failure, AcceptedNegativeData):
                return not is_error(response) and not self._goes_against_unknown(case)
            if isinstance(failure, IgnoredAuth):
                return failure.case_id not in self._gateway.refused_in_band
            if isinstance(failure, MissingHeaders) and is_error(response):
                return failure.missing_headers != ["Content-Disposition"]  # which a file has
        if isinstance(failure, JsonSchemaError) and spec.answers_bytes(spec.operation_of(case)):
            return is_error(response) and response.json() is not None
        if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
            return True
        blamed = response.json()["error"].get("param")
        return not any(not blamed or blamed.startswith(rule.field) for rule in broken(case))

    def map_case(self, case: Case[Any]) -> Case[Any]:
        """Make a generated request one that the server can answer with more than an error."""
        if case.meta is None or not is_positive(case) or not isinstance(case.body, dict):
            return case
        phase = case.meta.phase.name.value
        operation_id = spec.operation_of(case)
        example = self._document.example(operation_id)
        body = dict(case.body)
        body.update({name: example[name] for name in KNOWN_IDS.get(phase, ()) if name in example})
        if phase not in KNOWN_IDS:
            body.update(self._example_ids(operation_id, body))
        if operation_id == "createRun":
            if phase in KNOWN_IDS:
                # Coverage sends enough requests that break a rule.
                body["tool_output"] = None
                if not _messages(body):
                    body["thread"] = example["thread"]
            if body.get("tools") and body.get("stream"):
                # The stream would wait for outputs that no test submits.
                body["tools"] = None
            elif body.get("tools") and body.get("thread_id") == example["thread_id"]:
                # The run would wait, and a thread whose run waits refuses everything else.
                body.update(thread_id=None, thread=example["thread"])
        if operation_id == "updateAssistant" and body.get("tools"):
            # The examples' assistant would call them, and every run of it would wait. This one
            # exists to be deleted and runs nothing.
            body["assistant_id"] = self._document.example("deleteAssistant")["assistant_id"]
        if body != case.body:
            # A body that is set is judged again, and an upload's bytes are then taken for no text.
            case.body = body
        return case

    def _example_ids(self, operation_id: str, body: Body) -> Body:
        """The ids to use for those that only the examples of other operations or fields have.

        They come from the example of a schema that several fields share; to delete such a thing
        would take it from the tests that need it.
        """
        own = [one for name, one in self._document.examples() if name == operation_id]
        every = {id_ for _, one in self._document.examples() for id_ in map(str, one.values())}
        return {
            name: own[0][name]
            for name, value in body.items()
            if own and name.endswith("_id") and name in own[0]
            if value in every and value not in [one.get(name) for one in own]
        }

    def _goes_against_unknown(self, case: Case[Any]) -> bool:
        """Whether a request breaks only facts that are this document's choice."""
        if self._gateway.target.kind == "mock":
            return False
        operation_id = spec.operation_of(case)
        if isinstance(case.body, NotSet):
            self._observations.note("no-body", "taken")
            return not known_facts.surely_needs_body(operation_id)
        return isinstance(case.body, dict) and not known_facts.is_surely_wrong(
            operation_id, case.body
        )


def is_positive(case: Case[Any]) -> bool:
    """Whether the request keeps the schema, as all hand-written ones do."""
    return case.meta is None or case.meta.generation.mode.is_positive


def _messages(body: Body) -> list[Body]:
    return (body.get("thread") or {}).get("messages") or []
