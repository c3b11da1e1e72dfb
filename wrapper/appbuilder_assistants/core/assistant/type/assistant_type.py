"""The names of `appbuilder_assistants.assistant.assistant_type`."""

from appbuilder_assistants.assistant.assistant_type import *  # noqa: F403
