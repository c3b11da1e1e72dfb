"""Modules that each session of the suite needs and no setting changes, imported once.

The processes of suite_process.py are forked from one that has imported this. A collection reads the
plugins of pytest, too. The modules of the suite that read settings must not be imported here.
"""

from __future__ import annotations

import contextlib
import importlib
import io

import pytest

from contract_tests.selftests.suite_process import OPTIONS

COLLECTED = "contract_tests/selftests/test_interrupted.py"
MODULES = (
    "appbuilder_mock.server.server",
    "schemathesis.specs.openapi.examples",
    "schemathesis.specs.openapi.schemas",
    "schemathesis.transport.requests",
)

with contextlib.redirect_stdout(io.StringIO()):
    pytest.main([*OPTIONS, "--collect-only", "-q", COLLECTED])
for name in MODULES:
    importlib.import_module(name)
importlib.import_module("schemathesis.checks").load_all_checks()
importlib.import_module("appbuilder_mock.contract").the_contract()
