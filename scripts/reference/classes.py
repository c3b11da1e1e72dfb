"""The pages of streams, tools, errors and settings: every public name that is no resource."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import appbuilder_assistants
from appbuilder_assistants import errors, hooks, telemetry

from scripts.reference.docstrings import described, prose_of
from scripts.reference.markdown import code, fenced, signature, table
from scripts.reference.words import Words, lacks

Named = dict[str, Any]


def class_pages(words: Words) -> dict[str, str]:
    """The text of each page by its name."""
    pages: dict[str, Named] = {"streams": {}, "tools": {}, "errors": {}, "settings": {}}
    for name, thing in _public().items():
        pages[_page_of(thing)][name] = thing
    return {
        page: "\n\n".join(part for part in _page(page, named, words) if part) + "\n"
        for page, named in pages.items()
    }


def _public() -> Named:
    """The objects with a signature or a docstring, parents before their children."""
    package = {name: getattr(appbuilder_assistants, name) for name in appbuilder_assistants.__all__}
    others = {**_classes(hooks), **_classes(telemetry)}
    return {
        name: thing
        for name, thing in {**_classes(errors), **package, **others}.items()
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and not name.startswith("Async")
    }


def _classes(module: ModuleType) -> Named:
    return {
        name: thing
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and thing.__module__ == module.__name__ and name[0] != "_"
    }


def _page_of(thing: Any) -> str:
    module = thing.__module__
    if module == errors.__name__:
        return "errors"
    if "_tools" in module or thing.__name__ == "ToolError":
        return "tools"
    is_of_runs = "streams" in module or module.endswith(("_snapshot", "types"))
    return "streams" if is_of_runs else "settings"


def _page(page: str, named: Named, words: Words) -> Iterator[str]:
    title = words["errors_page" if page == "errors" else page]
    yield f"# {title}"
    yield f"{words['written_by']} [{words['other_language']}]({words.other_file(page)})"
    yield words[f"about_{page}"]
    if page == "errors":
        yield _docstring(errors, words)
    for name, thing in named.items():
        yield from _thing(name, thing, words)


def _thing(name: str, thing: Any, words: Words) -> Iterator[str]:
    yield f"## {name}"
    yield _chinese(name, words)
    if _is_made_by_callers(thing):
        yield fenced(signature(name, thing))
    yield _docstring(thing, words)
    if hasattr(appbuilder_assistants, f"Async{name}"):
        yield words["async_twin"].format(f"Async{name}")
    if not inspect.isclass(thing):
        return
    members = list(_members(thing))
    properties = [(key, one) for key, one in members if isinstance(one, property)]
    if properties:
        rows = [
            [code(key), _chinese(f"{name}.{key}", words) or prose_of(one)]
            for key, one in properties
        ]
        yield table([words["attribute"], words["meaning"]], rows)
    for key, function in members:
        if not isinstance(function, property):
            yield f"### `{name}.{key}`"
            yield fenced(signature(key, function))
            yield _chinese(f"{name}.{key}", words) or prose_of(function)
            if parameters := described(function):
                rows = [[code(one), text] for one, text in parameters.items()]
                yield table([words["parameter"], words["meaning"]], rows)


def _docstring(thing: Any, words: Words) -> str:
    """As it is; folded in the Chinese pages, as it is English."""
    text = prose_of(thing)
    if words.language == "en":
        return text
    return f"<details><summary>{words['english']}</summary>\n\n{text}\n\n</details>"


def _chinese(name: str, words: Words) -> str:
    """Its Chinese text, in the Chinese pages."""
    text = words.text(name)
    if words.language == "zh" and not text:
        lacks(f"texts has none for {name}")
    return text or ""


def _is_made_by_callers(thing: Any) -> bool:
    """Whether programs call the constructor: not of streams, errors and events."""
    if inspect.isfunction(thing) or "__init__" not in vars(thing):
        return inspect.isfunction(thing)
    module = thing.__module__
    made = (errors.__name__, hooks.__name__)
    return module not in made and "streams" not in module and not module.endswith("_snapshot")


def _members(kind: type) -> Iterator[tuple[str, property | Callable[..., Any]]]:
    """Its own public methods and properties, and those of our classes that it derives from."""
    ours = [one for one in kind.__mro__ if one.__module__.startswith("appbuilder_assistants")]
    names = dict.fromkeys(name for one in reversed(ours) for name in vars(one))
    for name in names:
        found = inspect.getattr_static(kind, name, None)
        is_shown = isinstance(found, property) or inspect.isfunction(found)
        if is_shown and not name.startswith("_") and inspect.getdoc(found):
            yield name, found
