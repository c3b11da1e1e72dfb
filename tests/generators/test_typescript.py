"""A TypeScript client: types by openapi-typescript, calls by openapi-fetch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from appbuilder_mock import Running

from tests.generators.conftest import PACKAGES, SPEC, node

HERE = Path(__file__).parent
STRICT = ("--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable")
MODULES = ("--module", "nodenext", "--allowImportingTsExtensions", "--skipLibCheck")


def test_it_works(mock: Running, tmp_path: Path) -> None:
    """Its types fit what a user writes, and what the server answers."""
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "client.ts", tmp_path)
    node("openapi-typescript/bin/cli.js", SPEC, "-o", "schema.d.ts", cwd=tmp_path)

    node("typescript/bin/tsc", *STRICT, *MODULES, "client.ts", cwd=tmp_path)
    output = node("client.ts", cwd=tmp_path, MOCK_URL=mock.url, MOCK_TOKEN=mock.token)

    answer = json.loads(output)
    assert answer["assistant"] == "天气助手"
    assert answer["tools"] == ["get_weather"]
    assert answer["run"] == "completed"
    assert answer["file"] == "你好，文件"
    assert answer["listed"] == 1
    names = answer["events"]
    assert (names[0], names[-1]) == ("status", "status")
    assert "message" in names
