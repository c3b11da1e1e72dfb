"""The public names of `appbuilder_assistants`, read from the source: nothing is imported.

Public is what `__all__` of the package and of its modules holds, the members of its classes, and
the resources that clients hold (`AppBuilder.threads.runs`), whose classes have no public name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import griffe

PACKAGE = "appbuilder_assistants"
MODELS = "appbuilder_api"
FOLDERS = ("wrapper", "generated")
RESOURCES = (f"{PACKAGE}._sync.", f"{PACKAGE}._async.")
FIRST = ("types", "errors")  # preferred for a definition with several names


@dataclass(frozen=True)
class Name:
    """The definition behind a public name."""

    target: griffe.Object
    kind: str  # class, function, attribute or module


Surface = dict[str, Name]


def surface(root: Path) -> Surface:
    """The public names of the package in a source tree, without the package's own name.

    Raises FileNotFoundError if it is not there.
    """
    folders = [root / name for name in FOLDERS]
    loader = griffe.GriffeLoader(search_paths=folders, allow_inspection=False)
    for name in (PACKAGE, MODELS):
        if not any((folder / name).is_dir() for folder in folders):
            raise FileNotFoundError(f"there is no {name} in {' or '.join(FOLDERS)}")
        loader.load(name)
    loader.resolve_aliases()
    return _Walk(loader.modules_collection).names()


class _Walk:
    """Finds every public name."""

    def __init__(self, modules: griffe.ModulesCollection) -> None:
        self._modules = modules
        self._package = modules[PACKAGE]
        self._public: set[str] = set()
        self._found: Surface = {}

    def names(self) -> Surface:
        names = _exports(self._package)
        roots = [*(name for name in FIRST if name in names), *names]
        for module in (self._package, *(self._package.members[name] for name in FIRST)):
            self._public |= {_target(one).path for one in _exported(module).values()}
        for name in dict.fromkeys(roots):
            if name in self._package.members:
                self._add(name, self._package.members[name], ())
        return self._found

    def _add(self, name: str, member: Any, within: tuple[str, ...]) -> None:
        target = _target(member)
        resource = self._resource(target)
        target = resource or target
        if target.path in within:
            return
        if target.is_alias:
            self._found[name] = Name(target, "name of another package")
            return
        self._found[name] = Name(target, target.kind.value)
        within = (*within, target.path)
        if target.is_module:
            for inner, exported in _exported(target).items():
                self._add(f"{name}.{inner}", exported, within)
        elif target.is_class:
            for inner, each in target.all_members.items():
                if _is_public(inner, each) and (inner != "__init__" or not resource):
                    self._add(f"{name}.{inner}", each, within)
            self._add_constructor(name, target)

    def _add_constructor(self, name: str, target: Any) -> None:
        place = f"{name}.__init__"
        if any(str(one.callable_path).endswith(".define") for one in target.decorators):
            constructor = griffe.Function("__init__", parameters=_fields(target), parent=target)
            self._found[place] = Name(constructor, "function")
        elif place in self._found and self._is_ours_to_call(self._found[place].target):
            del self._found[place]

    def _is_ours_to_call(self, constructor: Any) -> bool:
        """Whether it needs something that has no public name."""
        needed = [one.annotation for one in constructor.parameters if one.required]
        paths = [
            part.canonical_path
            for annotation in needed
            if isinstance(annotation, griffe.Expr)
            for part in annotation.iterate(flat=True)
            if isinstance(part, griffe.ExprName)
        ]
        return any(path.startswith(PACKAGE) and path not in self._public for path in paths)

    def _resource(self, target: Any) -> Any:
        """The class of an attribute that holds a resource."""
        if target.is_alias or not target.is_attribute:
            return None
        made = getattr(target.value, "function", None) or target.annotation
        path = getattr(made, "canonical_path", "")
        return self._modules[path] if path.startswith(RESOURCES) else None


def _target(member: Any) -> Any:
    """The target of a name; the name itself if that is in another package."""
    try:
        return member.final_target if member.is_alias else member
    except griffe.AliasResolutionError:
        return member


def _is_public(name: str, member: Any) -> bool:
    special = name.startswith("__") and name.endswith("__") and member.is_function
    return special or not name.startswith("_")


def _exported(module: Any) -> dict[str, Any]:
    return {name: module.members[name] for name in _exports(module) if name in module.members}


def _exports(module: Any) -> list[str]:
    return [str(name) for name in module.exports or ()]


def _fields(model: Any) -> griffe.Parameters:
    """The parameters of the constructor that attrs writes."""
    fields = [
        member
        for name, member in model.members.items()
        if member.is_attribute
        and member.annotation is not None
        and not name.startswith("_")
        and "property" not in member.labels
    ]
    kind = griffe.ParameterKind("positional or keyword")
    return griffe.Parameters(
        *(
            griffe.Parameter(one.name, annotation=one.annotation, kind=kind, default=one.value)
            for one in fields
        )
    )
