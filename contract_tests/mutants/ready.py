"""What every trial needs, imported once in the process that the others are forked from.

The tests are collected, too: that reads their modules, which each trial then finds read.
"""

from __future__ import annotations

import contextlib
import io

import pytest
from appbuilder_mock.contract import the_contract

from .trial import OPTIONS, files

the_contract()  # which each mock server reads
with contextlib.redirect_stdout(io.StringIO()):
    pytest.main([*OPTIONS, "--collect-only", *files("by hand")])
