"""The class of `assistant.assistants`."""

from appbuilder_assistants._sync.resources.assistants import Assistants

__all__ = ["Assistants"]
