"""The state of one run of the contract tests."""

from __future__ import annotations

import functools
from dataclasses import replace

from schemathesis.specs.openapi.schemas import OpenApiSchema

from .checks.coverage import Coverage
from .checks.request_rules import RequestRules
from .checks.seen import Seen
from .checks.validation import Validator
from .schema import load_schema
from .spec.document import Document
from .spec.readings import Observations
from .target.exchange import Exchange
from .target.gateway import AROUND, Gateway
from .target.target import Profile, Target


class Suite:
    """The state of one run and its findings on the target. The pytest plugin makes it.

    `requested` is the target that the user names; `target` is the server that gets the requests,
    from the moment when tests are collected.
    """

    def __init__(self, requested: Target, profile: Profile) -> None:
        self.requested = requested
        self.profile = profile
        # A dry run is sent to the mock, which needs no pause.
        per_second = None if requested.dry_run else profile.per_second
        self.gateway = Gateway(requested, replace(profile, per_second=per_second))
        self.gateway.listeners.append(self._count)
        self.document = Document()
        self.coverage = Coverage()
        self.observations = Observations()
        self.seen = Seen(requested.kind == "mock", self.observations)
        self.validator = Validator(self.gateway, self.seen)
        self.is_whole = False  # the whole suite runs against this target
        self.assistant_needs: dict[str, str] = {}  # found out: besides a name
        self.remains: list[str] = []  # on the target after the run, in words

    @property
    def target(self) -> Target:
        return self.gateway.target

    @functools.cached_property
    def schema(self) -> OpenApiSchema:
        """To be read when `document` names what exists on the target."""
        schema = load_schema(self.document, self.target, self.profile)
        RequestRules(self.document, self.gateway, self.observations).register(schema)
        return schema

    def _count(self, exchange: Exchange) -> None:
        if exchange.response is not None and exchange.phase != AROUND:
            self.coverage.count(exchange.operation_id, exchange.phase, exchange.response)
