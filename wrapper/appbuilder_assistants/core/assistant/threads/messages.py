"""The class of `assistant.threads.messages`."""

from appbuilder_assistants._sync.resources.messages import Messages

__all__ = ["Messages"]
