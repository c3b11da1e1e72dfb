"""The modules of the official SDK's type names, from `x-official` in openapi.yaml."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.generation.spec import Spec

FOLDER = Path("wrapper/appbuilder_assistants/assistant")
MODULES = ("public_type", "assistant_type", "thread_type")
ALL = "type"  # has the names of the others
PLACES = tuple(FOLDER / f"{name}.py" for name in (*MODULES, ALL))


def official_modules(spec: Spec, root: Path) -> dict[Path, dict[str, Any]]:
    """The template's input for each module. A name that several have is made in the first."""
    owners: dict[str, str] = {}  # of each name, the module that makes it or has it from elsewhere
    modules: dict[Path, dict[str, Any]] = {}
    written = _written(root / FOLDER / "_written.py")
    for module in MODULES:
        values: dict[str, Any] = {"imports": [], "enums": {}, "aliases": {}, "places": ""}
        names = set()
        for schema, name in _names(spec, module):
            names.add(name)
            words = _words(spec, schema)
            if name in owners:
                values["imports"].append(f"from .{owners[name]} import {name}")
            elif words:
                text = spec.schemas[schema].get("description", name)
                values["enums"][name] = {"description": text, "words": words}
            else:
                values["imports"].append(f"from appbuilder_assistants.types import {schema}")
                if name != schema:
                    values["aliases"][name] = schema
            owners.setdefault(name, module)
        for name, places in written.items():
            if module in places:
                names.add(name)
                values["imports"].append(f"from ._written import {name}")
                owners.setdefault(name, module)
        modules[FOLDER / f"{module}.py"] = {**values, "names": sorted(names)}
    modules[FOLDER / f"{ALL}.py"] = {
        "imports": [f"from .{module} import {name}" for name, module in sorted(owners.items())],
        "enums": {},
        "aliases": {},
        "places": ": all of them",
        "names": sorted(owners),
    }
    return modules


def _names(spec: Spec, module: str) -> list[tuple[str, str]]:
    """The schemas with names in a module, and these names; not those that nothing names."""
    public = spec.named_by_users()
    return [
        (schema, name.removeprefix(f"{module}."))
        for schema, part in spec.schemas.items()
        if schema in public or _words(spec, schema)
        for name in part.get("x-official", ())
        if name.startswith(f"{module}.")
    ]


def _words(spec: Spec, schema: str) -> list[str]:
    _, resolved = spec.resolve(spec.schemas[schema])
    words: list[str] = resolved.get("enum", [])
    return words


def _written(path: Path) -> Mapping[str, tuple[str, ...]]:
    """`PLACES` of the written module: the modules that have each of its names."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PLACES":
            places: dict[str, tuple[str, ...]] = ast.literal_eval(node.value)
            return places
    raise ValueError(f"{path} has no PLACES")
