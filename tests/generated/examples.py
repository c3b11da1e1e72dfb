"""Every example in openapi.yaml, wherever it stands, and the schemas that it is an example of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.generated.spec import MODELS, REFINEMENTS, REQUESTS, SCHEMAS, SPEC

Place = tuple[str, ...]
Reading = tuple[str, Any]  # the name of a schema, and what is to be read or written

READ = sorted({*MODELS, *REQUESTS} - {"CreateFileRequest"})
"""Objects that models read, and the JSON of requests, which operations write."""

# Values below these are data, in which `example` is no keyword.
DATA = ("default", "enum", "const")


@dataclass(frozen=True)
class Example:
    """One example and where it is: the way to it through the document."""

    place: Place
    value: Any

    @property
    def owner(self) -> Any:
        """The schema, media type, parameter or header that it is an example of."""
        return at(self.owner_place)

    @property
    def owner_place(self) -> Place:
        return self.place[: max(i for i, key in enumerate(self.place) if key in KEYS)]


KEYS = ("example", "examples")


def every_example(node: Any = SPEC, place: Place = ()) -> Iterator[Example]:
    """Of any object, parameter, header, media type or schema. Looks at every key there is."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from every_example(item, (*place, str(number)))
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        way = (*place, key)
        is_name = place[-1:] == ("properties",)  # a field may be called `examples`
        if is_name or key not in KEYS:
            if is_name or (key not in DATA and not key.startswith("x-")):
                yield from every_example(value, way)
        elif key == "example":
            yield Example(way, value)
        elif isinstance(value, list):
            yield from (Example((*way, str(i)), one) for i, one in enumerate(value))
        else:
            yield from (Example((*way, name), one["value"]) for name, one in value.items())


def at(place: Place) -> Any:
    """The value at the end of a path through the document."""
    node: Any = SPEC
    for key in place:
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def direct_reading(example: Example) -> Reading | None:
    """The model or request that an example is an example of, if there is one."""
    place = example.owner_place
    if place[:2] == ("components", "schemas") and len(place) == 3:
        name = REFINEMENTS.get(place[2], place[2])
        if name in READ:
            return name, example.value
    if place[-2:-1] == ("content",) and place[-1] == "application/json":
        schema = example.owner["schema"]
        [first, *_] = schema.get("oneOf", [schema])  # the others are an error, and perhaps null
        name = first["$ref"].rsplit("/", 1)[-1]
        return ("ErrorEnvelope" if "error" in example.value else name), example.value
    return None


ALL = list(every_example())
EXAMPLES: list[Reading] = [reading for one in ALL if (reading := direct_reading(one))]
EXAMPLE_OF: dict[str, Any] = dict(reversed(EXAMPLES))


def readings(example: Example) -> list[Reading]:
    """Everything that it is to be read or written in: itself, or as a field of what has it."""
    if direct := direct_reading(example):
        return [direct]
    place = example.owner_place
    if place[:2] != ("components", "schemas"):
        return []
    if len(place) == 3:  # a component that is no model, such as PageLimit
        ref = f"#/components/schemas/{place[2]}"
        homes = [
            (name, field)
            for name in READ
            for field, schema in SCHEMAS[name]["properties"].items()
            if ref in (one.get("$ref") for one in (schema, *schema.get("oneOf", ())))
        ]
    elif len(place) == 5 and place[3] == "properties" and place[2] in READ:
        homes = [(place[2], place[4])]
    else:
        return []
    return [(name, {**EXAMPLE_OF[name], field: example.value}) for name, field in homes]
