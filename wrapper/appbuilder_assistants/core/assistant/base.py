"""The module object `assistant`, and what it is an instance of: a module."""

from types import ModuleType

from appbuilder_assistants import assistant

__all__ = ["BetaAssistant", "assistant"]

BetaAssistant = ModuleType
