"""The class of `assistant.assistants`."""

from appbuilder_assistants._sync.assistants import Assistants

__all__ = ["Assistants"]
