"""Type annotations compared: whether one lets through all that another does, by their text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

CONTAINED = {"str": "Literal", "float": "int"}
ANYTHING = {"Any", "object", ""}


def covers(wide: str, narrow: str) -> bool:
    """Whether every value of the annotation `narrow` is one of `wide`. No annotation is any."""
    if wide in ANYTHING or wide == narrow:
        return True
    if narrow in ANYTHING:
        return False
    return _covers(_parsed(wide), _parsed(narrow))


def _parsed(annotation: str) -> ast.expr:
    return ast.parse(annotation.strip(), mode="eval").body


def _covers(wide: ast.expr, narrow: ast.expr) -> bool:
    return all(any(_one(w, n) for w in _members(wide)) for n in _members(narrow))


def _one(wide: ast.expr, narrow: ast.expr) -> bool:
    if ast.dump(wide) == ast.dump(narrow) or _name(wide) in ANYTHING:
        return True
    if _name(narrow) == "Json" and _name(wide).endswith("Dict"):
        return True  # "a plain dict of the shape of a request type", and that shape as a type
    if CONTAINED.get(_name(wide)) == _name(narrow) and not isinstance(wide, ast.Subscript):
        return True
    if not isinstance(wide, ast.Subscript) or not isinstance(narrow, ast.Subscript):
        return False
    wides, narrows = _arguments(wide), _arguments(narrow)
    return (
        _name(wide) == _name(narrow) != "Literal"
        and len(wides) == len(narrows)
        and all(map(_covers, wides, narrows))
    )


def _members(annotation: ast.expr) -> Iterator[ast.expr]:
    """The members of a union; of a Literal, one Literal for each value."""
    if isinstance(annotation, ast.BinOp):
        for operand in ast.iter_child_nodes(annotation):
            if isinstance(operand, ast.expr):
                yield from _members(operand)
    elif isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield from _members(_parsed(annotation.value))  # a forward reference
    elif isinstance(annotation, ast.Subscript) and _name(annotation) == "Optional":
        yield from _members(annotation.slice)
        yield ast.Constant(None)
    elif isinstance(annotation, ast.Subscript) and _name(annotation) == "Union":
        for member in _arguments(annotation):
            yield from _members(member)
    elif isinstance(annotation, ast.Subscript) and _name(annotation) == "Literal":
        for value in _arguments(annotation):
            yield ast.Subscript(annotation.value, value, ast.Load())
    else:
        yield annotation


def _arguments(annotation: ast.Subscript) -> list[ast.expr]:
    inner = annotation.slice
    return inner.elts if isinstance(inner, ast.Tuple) else [inner]


def _name(annotation: ast.expr) -> str:
    """The last word of a name, with or without what stands in brackets."""
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    if isinstance(annotation, ast.Attribute):
        return annotation.attr
    return annotation.id if isinstance(annotation, ast.Name) else "?"
