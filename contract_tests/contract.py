"""openapi.yaml as schemathesis sees it: with our settings, checks, rules and reach."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.schemas import OpenApiSchema

from . import own_checks, rules, spec
from .reach import Reach
from .target import TOKEN

PHASES = os.environ.get("CONTRACT_PHASES", "examples,coverage,fuzzing").split(",")
SETTINGS = Path(__file__).parent / "schemathesis.toml"


def _load() -> OpenApiSchema:
    settings = tomllib.loads(SETTINGS.read_text("utf-8"))
    settings["seed"] = int(os.environ.get("CONTRACT_SEED", settings["seed"]))
    # Not a header: the checks on bad tokens take it away and put another in its place.
    settings["auth"] = {"openapi": {"bearer": {"bearer": TOKEN}}}
    for phase in ("examples", "coverage", "fuzzing"):
        settings["phases"].setdefault(phase, {})["enabled"] = phase in PHASES
    return schemathesis.openapi.from_path(spec.PATH, config=SchemathesisConfig.from_dict(settings))


schema = _load()
reach = Reach()


def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
    reach.count(case, response)


for check in own_checks.ALL:
    schemathesis.check(check)
for hook in (after_call, rules.map_case, rules.filter_failure):
    schema.hook(hook)
