"""The class of `assistant.threads`."""

from appbuilder_assistants._sync.threads import Threads

__all__ = ["Threads"]
