"""The result of a tool as text for the model."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from .arguments import replace_halves


def render(value: object, tool: str) -> str:
    """Render a result: a string as it is, with single surrogates replaced; anything else as JSON.

    Raises TypeError or ValueError, naming the tool, for what JSON cannot represent: that is a
    mistake in the program, which the model cannot correct.
    """
    try:
        json_value = plain(value)
        text = json_value if isinstance(json_value, str) else _json(json_value)
        return replace_halves(text)
    except TypeError as error:
        raise TypeError(_refusal(tool, error)) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(_refusal(tool, error)) from error


def plain(value: Any) -> Any:
    """Convert a value to what JSON can hold. Raises TypeError or ValueError."""
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if value is None or isinstance(value, (str, bool, int, float)):
        json.dumps(value, allow_nan=False)
        return value
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, AbstractSet):
        # A set has no order: sorted, it is the same each time.
        return sorted((plain(item) for item in value), key=_json)
    if isinstance(value, type):
        raise TypeError(f"the class {value.__name__} cannot be represented in JSON")
    if callable(to_dict := getattr(value, "to_dict", None)):  # the API's own objects
        return plain(to_dict())
    if callable(model_dump := getattr(value, "model_dump", None)):  # pydantic's models
        return plain(model_dump(mode="json"))
    if dataclasses.is_dataclass(value):
        names = {field.name: field.name for field in dataclasses.fields(value)}
    elif hasattr(value, "__attrs_attrs__"):
        # Its parameter's name: without the underscore that makes an attribute private.
        names = {field.alias: field.name for field in value.__attrs_attrs__}
    else:
        raise TypeError(f"a {type(value).__name__} cannot be represented in JSON")
    return {key: plain(getattr(value, name)) for key, name in names.items()}


def _key(key: Any) -> Any:
    key = key.value if isinstance(key, enum.Enum) else key
    if key is None or isinstance(key, (str, bool, int, float)):
        return key
    raise TypeError(f"a key that is a {type(key).__name__} cannot be represented in JSON")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _refusal(tool: str, error: Exception) -> str:
    return (
        f"tool {tool}: its result cannot be given to the model: {error}; return a str, or what "
        "JSON can hold: numbers, booleans, None, lists, dicts, dataclasses, attrs objects, "
        "pydantic models and enums of these"
    )
