"""The class of `assistant.threads.messages`."""

from appbuilder_assistants._sync.messages import Messages

__all__ = ["Messages"]
