"""The official path to `assistant.threads`.

Hands out its class.
"""

from appbuilder_assistants._sync.resources.threads import Threads

__all__ = ["Threads"]
