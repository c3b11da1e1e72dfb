"""Methods of `_async/` that take the body of a request, and get its parameters by a template.

A method `_run(self, body, *, deadline=None)`, whose docstring ends in the operationId, becomes
`run` with the parameters of that operation in place of `body`. A parameter of its own with the name
of a field takes that field's place, and the body is without it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Method:
    """A written method that takes a body."""

    operation: str
    name: str
    is_async: bool
    own: dict[str, str]  # parameters that may be given by position, each as it is written
    keywords: dict[str, str]
    returns: str
    docstring: str  # without the operationId
    described: dict[str, str]  # the parameters of its own


@dataclass(frozen=True)
class Module:
    """The parts of a written module of `_async/` that generated ones use."""

    base: str  # the class that a resource's generated class derives from
    methods: tuple[Method, ...]
    imports: dict[str, str]  # the module of every name it imports


def read(folder: Path) -> dict[str, Module]:
    """The modules with a class of that name, by the resource's last name."""
    return {path.stem: _module(path) for path in sorted(folder.glob("*.py"))}


def _module(path: Path) -> Module:
    tree = ast.parse(path.read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return Module(
        base=classes[-1].name if classes else "",
        methods=tuple(_methods(classes)),
        imports=dict(_imports(tree)),
    )


def _methods(classes: list[ast.ClassDef]) -> Iterator[Method]:
    for node in (node for one in classes for node in one.body):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = [one.arg for one in node.args.args]
        operation = re.search(r"\s*\((\w+)\)$", text := ast.get_docstring(node) or "")
        if names[1:2] != ["body"] or not operation:
            continue
        defaults = [None] * (len(names) - len(node.args.defaults)) + node.args.defaults
        keyword_only = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        yield Method(
            operation=operation[1],
            name=node.name.removeprefix("_"),
            is_async=isinstance(node, ast.AsyncFunctionDef),
            own={
                one.arg: _parameter(one, default)
                for one, default in list(zip(node.args.args, defaults, strict=True))[2:]
            },
            keywords={one.arg: _parameter(one, default) for one, default in keyword_only},
            returns=ast.unparse(node.returns) if node.returns else "",
            docstring=text[: operation.start()].partition("\n\nArgs:")[0],
            described=dict(_described(text[: operation.start()].partition("\n\nArgs:\n")[2])),
        )


def _parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    kind = ast.unparse(parameter.annotation) if parameter.annotation else "Any"
    return f"{parameter.arg}: {kind}" + (f" = {ast.unparse(default)}" if default else "")


def _described(section: str) -> Iterator[tuple[str, str]]:
    """The parameters in the section `Args` of a docstring."""
    yield from re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", section, re.MULTILINE)


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield name.name, f"{'.' * node.level}{node.module or ''}"
