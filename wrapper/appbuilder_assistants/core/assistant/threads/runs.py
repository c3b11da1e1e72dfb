"""The class of `assistant.threads.runs`."""

from appbuilder_assistants._sync.resources.runs import Runs

__all__ = ["Runs"]
