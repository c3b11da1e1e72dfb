"""The imports of each mutant's process, made once in the process that it is forked from.

The tests are collected, too: that imports their modules.
"""

from __future__ import annotations

import contextlib
import io

import pytest
from appbuilder_mock.contract import the_contract

from .run import OPTIONS, files

the_contract()  # which each mock server reads
with contextlib.redirect_stdout(io.StringIO()):
    pytest.main([*OPTIONS, "--collect-only", *files("by hand")])
