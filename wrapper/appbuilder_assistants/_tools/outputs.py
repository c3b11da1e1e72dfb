"""What a tool returns, as the text that the model reads."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from .arguments import replace_halves


def render(value: object, tool: str) -> str:
    """A text as it is, but for halves of characters, which are replaced; anything else as JSON.

    Raises TypeError or ValueError, which names the tool, for what has no form there: that is a
    mistake in the program, and not for the model to mend.
    """
    try:
        told = plain(value)
        text = replace_halves(told if isinstance(told, str) else _text(told))
    except TypeError as error:
        raise TypeError(_refusal(value, tool, error)) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(_refusal(value, tool, error)) from error
    return text


def plain(value: Any) -> Any:
    """The value as JSON has it. Raises TypeError or ValueError."""
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
        # A set has no order of its own, and the same one each time is easier to test.
        return sorted((plain(item) for item in value), key=_text)
    if isinstance(value, type):
        raise TypeError(f"the class {value.__name__} has no form in JSON")
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
        raise TypeError(f"a {type(value).__name__} has no form in JSON")
    return {told: plain(getattr(value, name)) for told, name in names.items()}


def _key(key: Any) -> Any:
    key = key.value if isinstance(key, enum.Enum) else key
    if key is None or isinstance(key, (str, bool, int, float)):
        return key
    raise TypeError(f"a key that is a {type(key).__name__} has no form in JSON")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _refusal(value: object, tool: str, error: Exception) -> str:
    return (
        f"tool {tool}: it returned a {type(value).__name__} that cannot be told to the model "
        f"({error}); return text, or what JSON can hold: numbers, true, false, None, lists, "
        "dicts, dataclasses, attrs objects, pydantic models and enums of these"
    )
