"""Python's types and expressions for the fields of requests."""

from __future__ import annotations

from scripts.generation.spec import Field, Schema

# A tool may also be given as the function that it describes.
TOOL = "AssistantTool"

SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def parameter(field: Field, module: str = "") -> str:
    """`name: type = default`; models are named in `module`."""
    kind = annotation(field, module)
    if field.default is not None:
        return f"{field.name}: {kind} = {field.default!r}"
    if field.required:
        return f"{field.name}: {kind}"
    return f"{field.name}: {kind}{'' if kind == 'Any' else ' | None'} = None"


def annotation(field: Field, module: str = "") -> str:
    """The type of a value that is given, without None."""
    if field.part:
        given = "ToolDescription" if field.part == TOOL else _object(field.part, module)
        return f"Sequence[{given}]" if field.is_list else given
    return _annotation(field.schema, module)


def value_type(field: Field) -> str:
    """The type of a field of a plain dict."""
    kind = _object(field.part, "") if field.part else _annotation(field.schema)
    return f"Sequence[{kind}]" if field.part and field.is_list else kind


def _object(name: str, module: str) -> str:
    """A model, or a plain dict of its shape."""
    return f"{module}{name} | {module.replace('models', 'dicts')}{name}Dict"


def expression(field: Field) -> str:
    """The expression for what is sent."""
    name = field.name
    if field.part:
        given = f"described(as_items({name!r}, {name}))" if field.part == TOOL else name
        return f"{'as_parts' if field.is_list else 'as_part'}({name!r}, {given}, {field.part})"
    kind = _annotation(field.schema)
    if kind.startswith("Sequence"):
        return f"as_items({name!r}, {name})"
    return f"as_pairs({name!r}, {name})" if kind.startswith("Mapping") else name


def _annotation(schema: Schema, module: str = "") -> str:
    if "x-part" in schema:
        return _object(schema["x-part"], module)
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, sorted(schema['enum'])))}]"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    named = schema.get("type", [])
    kinds = [one for one in ([named] if isinstance(named, str) else named) if one != "null"]
    if kinds == ["array"]:
        return f"Sequence[{_annotation(schema['items'], module)}]"
    if kinds == ["object"]:
        values = schema.get("additionalProperties")
        inner = _annotation(values, module) if isinstance(values, dict) else "Any"
        return f"Mapping[str, {inner}]"
    alternatives = [
        _annotation(one, module)
        for one in schema.get("oneOf") or schema.get("anyOf") or ()
        if one.get("type") != "null"
    ]
    return (
        " | ".join(dict.fromkeys(alternatives or [SIMPLE.get(one, "Any") for one in kinds]))
        or "Any"
    )
