"""The options in schemathesis.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "schemathesis.toml").read_text("utf-8")
)
