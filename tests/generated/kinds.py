"""Kinds of fields that can be generated."""

from __future__ import annotations

from typing import Any

REF = {"$ref": "#/components/schemas/LastError"}
OTHER = {"$ref": "#/components/schemas/ToolOutput"}
TEXT = {"type": "string"}
SAME: dict[str, Any] = {"type": "a", "message": "乙"}

# The kind of a field, a value it may have, and what it reads as when it is absent.
KINDS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "date": ({**TEXT, "format": "date"}, "2024-06-06", None),
    "time": ({**TEXT, "format": "date-time"}, "2024-06-06T03:45:17Z", None),
    "uuid": ({**TEXT, "format": "uuid"}, "f2b7adae-a7a5-4cd9-80fb-c45a68c0b9e4", None),
    "binary": ({**TEXT, "format": "binary"}, "字", None),
    "day": ({**TEXT, "format": "date", "default": "2024-06-06"}, "2024-06-07", "2024-06-06"),
    "dates": ({"type": "array", "items": {**TEXT, "format": "date"}}, ["2024-06-06"], None),
    "refined": (
        {"allOf": [REF, {"type": "object", "properties": {"x": TEXT}}]},
        {**SAME, "x": "y"},
        None,
    ),
    "both": ({"allOf": [REF, OTHER]}, {**SAME, "tool_call_id": "c", "output": "晴"}, None),
    "texts": ({"type": "array", "items": TEXT, "default": []}, ["甲"], []),
    "given": ({"type": "array", "items": TEXT, "default": ["甲"]}, [], ["甲"]),
    "errors": ({"type": "array", "items": REF, "default": [SAME]}, [], [SAME]),
    "perhaps": ({"type": ["array", "null"], "items": TEXT, "default": ["甲"]}, None, ["甲"]),
    "free": ({"type": "object", "default": {"深": [1]}}, {}, {"深": [1]}),
    "named": (
        {"type": "object", "properties": {"x": TEXT}, "default": {"x": "甲"}},
        {},
        {"x": "甲"},
    ),
    # The advice of the script for each construct that cannot be generated.
    "one": (
        {"type": "object", "properties": {"type": TEXT, "message": TEXT, "output": TEXT}},
        SAME,
        None,
    ),
    "plain": ({"anyOf": [{"type": "object"}, TEXT]}, SAME, None),
    "mixed": ({"type": "array", "items": {"anyOf": [REF, TEXT]}}, [SAME, "甲"], None),
    "anything": ({"type": "array", "items": {}}, [1, "甲", {}], None),
    "words": ({"anyOf": [{**TEXT, "enum": ["甲"]}, {"type": "integer", "enum": [1]}]}, 1, None),
}
