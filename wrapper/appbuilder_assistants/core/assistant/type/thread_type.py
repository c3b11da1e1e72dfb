"""The names of `appbuilder_assistants.assistant.thread_type`."""

from appbuilder_assistants.assistant.thread_type import *  # noqa: F403
