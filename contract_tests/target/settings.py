"""The options in schemathesis.toml, and the seed of this session."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "schemathesis.toml").read_text("utf-8")
)
SEED = int(os.environ.get("CONTRACT_SEED") or SETTINGS["seed"])
