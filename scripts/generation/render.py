"""The text of every generated module of the wrapper."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.generation import official, python_types, written
from scripts.generation.docstrings import docstring
from scripts.generation.spec import PAGE, Operation, Spec

PACKAGE = Path("wrapper/appbuilder_assistants")
OPERATIONS = PACKAGE / "_operations"
RESOURCES = PACKAGE / "_async" / "resources"
WRITTEN = PACKAGE / "_async"
TYPES = PACKAGE / "types.py"
MODELS = Path("generated/appbuilder_api")
PLACES = (OPERATIONS, RESOURCES, TYPES, *official.PLACES)  # in the folders there is nothing else
HEADER = "# Written by `make generate` from openapi.yaml; do not edit.\n"
# The first file of a folder that is new has no package around it, by which ruff knows its own.
OURS = 'lint.isort.known-first-party=["appbuilder_assistants"]'
RUFF = (
    ("check", "--select=I,F401", "--fix", "--config", OURS),
    ("format", "--config", "format.skip-magic-trailing-comma=true"),
)
STANDARD = ("__future__", "collections.abc", "typing")  # every module imports from these
INITS = {
    OPERATIONS: '"""Every operation of openapi.yaml: what to send, and how to read the answer.'
    "\n\nOne module per resource, with a function for each operation that makes its call; `_shapes`"
    '\nhas the objects within requests.\n"""\n',
    RESOURCES: '"""The resources of the clients: one class each, with a method for each operation.'
    "\n\nMethods of more than one request are in the class that a resource derives from."
    '\n"""\n',
}
ALL_RAISES = "\n\nRaises ResponseError when the pages have no end, or an item comes again."
PAGE_SIZE = ("page_size", "The `limit` of each page.")

Hand = Mapping[str, written.Module]
Spread = Mapping[str, list[written.Method]]


@dataclass
class Resource:
    """A resource of the clients, as the templates need it."""

    path: str
    name: str  # of its module
    description: str
    operations: list[Operation]
    base: str = "AsyncResource"
    imports: list[str] = field(default_factory=list)
    type_imports: list[str] = field(default_factory=list)
    children: list[Resource] = field(default_factory=list)

    @property
    def attribute(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def class_name(self) -> str:
        return f"Async{_camel_case(self.name)}"

    @property
    def raw_name(self) -> str:
        return f"AsyncRaw{_camel_case(self.name)}"

    @property
    def title(self) -> str:
        """The beginning of the description, up to the Chinese name."""
        found = re.match(r"[^()]*\([^)]*\)", self.description)
        return found[0] if found else f"`{self.path}`"


def modules(document: Mapping[str, Any], root: Path) -> dict[Path, str]:
    """The text of each module, by its path from the root of the repository."""
    spec = Spec(document)
    hand = written.read(root / WRITTEN)
    spread: dict[str, list[written.Method]] = {}
    for method in (one for module in hand.values() for one in module.methods):
        spread.setdefault(method.operation, []).append(method)
    resources = _resources(spec, hand, spread)
    roots = [one for one in resources if "." not in one.path]
    templates = _environment()
    parts, models = spec.parts(), _models(spec)
    texts = {folder / "__init__.py": text for folder, text in INITS.items()}
    texts[OPERATIONS / "_shapes.py"] = templates.get_template("shapes.py.jinja").render(parts=parts)
    for resource in resources:
        values = {"resource": resource, "spread": spread, "parts": parts, "models": models}
        for folder, name in ((OPERATIONS, "operations"), (RESOURCES, "resource")):
            template = templates.get_template(f"{name}.py.jinja")
            texts[folder / f"{resource.name}.py"] = template.render(values)
    descriptions = {name: spec.schemas[name].get("description", name) for name in parts}
    texts[MODELS / "dicts.py"] = templates.get_template("dicts.py.jinja").render(
        parts=parts, descriptions=descriptions
    )
    names, dicts = spec.named_by_users(), [f"{name}Dict" for name in sorted(parts)]
    texts[TYPES] = templates.get_template("types.py.jinja").render(
        names=names, dicts=dicts, all=sorted([*names, *dicts, "FileContent", "Json", "final_text"])
    )
    for path, values in official.official_modules(spec, root).items():
        texts[path] = templates.get_template("official.py.jinja").render(values)
    texts[RESOURCES / "root.py"] = templates.get_template("root.py.jinja").render(children=roots)
    texts[RESOURCES / "raw.py"] = templates.get_template("raw.py.jinja").render(
        resources=resources, roots=roots
    )
    with ThreadPoolExecutor() as pool:
        done = pool.map(lambda one: formatted(HEADER + one[1], root / one[0]), texts.items())
    return dict(zip(texts, done, strict=True))


def formatted(text: str, path: Path) -> str:
    """The text as ruff wants it at this path, without the imports that it does not need."""
    for arguments in RUFF:
        command = [sys.executable, "-m", "ruff", *arguments, "--quiet"]
        done = subprocess.run(
            [*command, "--stdin-filename", str(path), "-"],
            input=text,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            sys.exit(f"ruff refuses what is generated for {path}:\n{done.stdout}{done.stderr}")
        text = done.stdout
    return text


def _resources(spec: Spec, hand: Hand, spread: Spread) -> list[Resource]:
    described = spec.resources()
    paths = {path[: end.end()] for path in described for end in re.finditer(r"\w+", path)}
    last_names = [path.rpartition(".")[2] for path in paths]
    found: dict[str, Resource] = {}
    for path in sorted(paths):
        last = path.rpartition(".")[2]
        name = last if last_names.count(last) == 1 else path.replace(".", "_")
        operations = [one for one in spec.operations if one.resource == path]
        found[path] = resource = Resource(path, name, described.get(path, ""), operations)
        if name in hand and hand[name].base:
            resource.base = hand[name].base
            resource.imports = [f"from appbuilder_assistants._async.{name} import {resource.base}"]
        else:
            resource.imports = ["from appbuilder_assistants._async._caller import AsyncResource"]
        _import_written(resource, hand, spread)
    for path, resource in found.items():
        parent = path.rpartition(".")[0]
        if parent:
            found[parent].children.append(resource)
    return list(found.values())


def _import_written(
    resource: Resource,
    hand: Mapping[str, written.Module],
    spread: Mapping[str, list[written.Method]],
) -> None:
    """Import what the spread methods of a resource name in their signatures."""
    for method in (one for each in resource.operations for one in spread.get(each.id, ())):
        sources = [module.imports for module in hand.values() if method in module.methods]
        texts = [*method.own.values(), *method.keywords.values()]
        defaults = " ".join(text.partition(" = ")[2] for text in texts)
        for name, source in sources[0].items():
            if source in STANDARD:
                continue
            line = f"from {_absolute(source)} import {name}"
            if re.search(rf"\b{name}\b", defaults):
                resource.imports.append(line)
            elif re.search(rf"\b{name}\b", " ".join([*texts, method.returns])):
                resource.type_imports.append(line)


def _absolute(module: str) -> str:
    """The module, as it is named outside `_async/`."""
    return f"appbuilder_assistants._async{module}" if module.startswith(".") else module


def _models(spec: Spec) -> list[str]:
    """Models that a signature may name."""
    answers = {name for one in spec.operations for name in (one.answer, one.item) if name}
    return sorted(answers.union(*((name, f"{name}Dict") for name in spec.parts())))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(page=PAGE, all_raises=ALL_RAISES)
    environment.filters.update(
        described=_described,
        described_all=lambda one: [
            *(pair for pair in _described(one) if pair[0] != "limit"),
            PAGE_SIZE,
        ],
        docstring=docstring,
        expression=python_types.expression,
        parameter=python_types.parameter,
        pyrepr=repr,
        pytuple=lambda names: f"({', '.join(map(repr, names))},)" if names else "()",
        signature=_signature,
        value_type=python_types.value_type,
        spread_signature=_spread_signature,
    )
    return environment


def _described(operation: Operation, method: written.Method | None = None) -> list[tuple[str, str]]:
    """The docstring's text of each parameter, in their order."""
    found = {one.name: one.description for one in operation.parameters}
    if method:
        found |= method.described
    order = [name for name in operation.positional if name in found]
    return [(name, found[name]) for name in dict.fromkeys([*order, *found])]


def _signature(operation: Operation, module: str = "models.", first: str = "*, ") -> str:
    """The parameters of a call: by name only at the border, in the method's order elsewhere."""
    fields = operation.parameters
    if first:
        return first * bool(fields) + ", ".join(python_types.parameter(f, module) for f in fields)
    return _parameters(operation, {}, {})


def _spread_signature(operation: Operation, method: written.Method) -> str:
    return _parameters(operation, method.own, method.keywords)


def _parameters(operation: Operation, own: Mapping[str, str], keywords: Mapping[str, str]) -> str:
    """The fields by position as the spec says, then all others by name only."""
    named = {one.name: python_types.parameter(one) for one in operation.parameters}
    replaced = {name: text for name, text in keywords.items() if name in named}
    named.update({**own, **replaced})
    by_position = [named.pop(name) for name in operation.positional if name in named]
    by_name = [*named.values(), *(keywords[name] for name in keywords if name not in replaced)]
    _check_order(operation, by_position)
    return ", ".join([*by_position, *(["*", *by_name] if by_name else [])])


def _check_order(operation: Operation, by_position: list[str]) -> None:
    optional = ""
    for text in by_position:
        if " = " in text:
            optional = text
        elif optional:
            sys.exit(
                f"{operation.id}: x-positional has {text!r}, which is required, after {optional!r}"
                ", which is not: put it before, or leave it out, so that it is given by name"
            )


def _camel_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
