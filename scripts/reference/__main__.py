"""Write docs/reference, or check that it is up to date.

    python -m scripts.reference            write it  (in `make generate`)
    python -m scripts.reference --check    exit 1 and name the files that are not what would be
                                           written now  (in `make generate-check`)

The names of operations in the scenario's schema follow from openapi.yaml as well.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Before what is installed: a copy of the repository has a client and a mock of its own.
sys.path[:0] = [str(ROOT / name) for name in ("wrapper", "generated", "mock_server")]

from scripts.reference.classes import class_pages  # noqa: E402
from scripts.reference.pages import index_page, resource_pages  # noqa: E402
from scripts.reference.words import Words  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
SCENARIO = ROOT / "mock_server" / "appbuilder_mock" / "scenario.schema.json"


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args()
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    wanted = {SCENARIO: scenario_schema(document)}
    for language in ("en", "zh"):
        words = Words(language)
        pages = {**resource_pages(document, words), **class_pages(words)}
        pages["README"] = index_page(words, pages)
        wanted |= {FOLDER / words.file(name): text for name, text in pages.items()}
    stale = [path for path, text in wanted.items() if not is_file_with(path, text)]
    stale += sorted(set(FOLDER.glob("*")) - wanted.keys())
    if options.check:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what make generate writes")
        return bool(stale)
    for path in stale:
        if path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return 0


def is_file_with(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def scenario_schema(document: dict[str, object]) -> str:
    """The schema of scenarios, in which a rule may match any operation of the spec."""
    before = SCENARIO.read_text(encoding="utf-8")
    paths = document["paths"]
    assert isinstance(paths, dict)
    names = [one["operationId"] for item in paths.values() for one in item.values()]
    listed = before.index('"enum": [', before.index('"operation": {\n          "type"'))
    end = before.index("]", listed)
    lines = ",\n".join(f"            {json.dumps(name)}" for name in [*names, "any"])
    return f'{before[:listed]}"enum": [\n{lines}\n          {before[end:]}'


if __name__ == "__main__":
    sys.exit(main())
